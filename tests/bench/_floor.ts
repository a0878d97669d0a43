/** The least that reading bytes can cost on this core: their sum, 64 at a time, in wasm. */
import { assemble } from "../../models/kernels/compile.ts";

/** Four sums of four floats each, so that none waits for another. */
const SOURCE = `
export function sum(from: usize, bytes: i32): f32 {
  let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), e = f32x4.splat(0);
  for (let at = from, end = from + <usize> bytes; at < end; at += 64) {
    a = f32x4.add(a, v128.load(at));
    b = f32x4.add(b, v128.load(at, 16));
    c = f32x4.add(c, v128.load(at, 32));
    e = f32x4.add(e, v128.load(at, 48));
  }
  const all = f32x4.add(f32x4.add(a, b), f32x4.add(c, e));
  return f32x4.extract_lane(all, 0) + f32x4.extract_lane(all, 1) + f32x4.extract_lane(all, 2) +
    f32x4.extract_lane(all, 3);
}`;

/** Sums `bytes` (a multiple of 64) of `memory` from an address on. */
export async function createFloor(
  memory: WebAssembly.Memory,
): Promise<(from: number, bytes: number) => number> {
  const wasm = await assemble(new Map([["scan.ts", SOURCE]]), { entry: "scan", simd: "portable" });
  const { instance } = await WebAssembly.instantiate(wasm, { env: { memory } });
  return instance.exports.sum as (from: number, bytes: number) => number;
}
