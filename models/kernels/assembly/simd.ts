// The one instruction in which relaxed and portable builds differ.
//
// RELAXED is set by the compiler (see compile.ts). Relaxed: one fused multiply-add, rounded once, where the CPU has it.
// Portable: a product and a sum, each rounded, which every machine computes alike.

// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (RELAXED) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}
