// Adam (Kingma & Ba 2015): m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η · m̂ / (√v̂ + ε), with g summed over the
// shards in their order.

import { madd } from "./simd";
import { address, count, gradientBytes, gradients, nShards, real, shard } from "./state";

/** Numbers that one chunk steps over. */
const CHUNK: i32 = 1024;

/** [w, m, v, numbers (multiple of 16), settings, β₁, β₂, ε]; settings: [η, 1 − β₁ᵗ, 1 − β₂ᵗ] */
export function adam(): void {
  const from = shard * CHUNK;
  const end = <usize> min(from + CHUNK, count(3)) << 2;
  const w = address(0);
  const m = address(1);
  const v = address(2);
  const settings = address(4);
  const b1 = f32x4.splat(real(5));
  const b2 = f32x4.splat(real(6));
  const c1 = f32x4.splat(1 - real(5));
  const c2 = f32x4.splat(1 - real(6));
  const epsilon = f32x4.splat(real(7));
  const rate = f32x4.splat(load<f32>(settings) / load<f32>(settings, 4));
  const spread = f32x4.splat(1 / load<f32>(settings, 8));
  for (let i = <usize> from << 2; i < end; i += 16) {
    let g = v128.load(gradients + i);
    for (let s = 1; s < nShards; s++) g = f32x4.add(g, v128.load(gradients + <usize> s * gradientBytes + i));
    const mean = madd(b1, v128.load(m + i), f32x4.mul(c1, g));
    const square = madd(b2, v128.load(v + i), f32x4.mul(c2, f32x4.mul(g, g)));
    v128.store(m + i, mean);
    v128.store(v + i, square);
    const size = f32x4.add(f32x4.sqrt(f32x4.mul(square, spread)), epsilon);
    v128.store(w + i, f32x4.sub(v128.load(w + i), f32x4.div(f32x4.mul(rate, mean), size)));
  }
}

/** Chunks of `adam` over so many numbers. */
export function adamChunks(numbers: i32): i32 {
  return (numbers + CHUNK - 1) / CHUNK;
}
