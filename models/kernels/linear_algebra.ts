/**
 * The host's side of `assembly/linear_algebra.ts`: Gram matrices of sparse rows, and inverses, a breath at every block.
 *
 * Matrices live in wasm memory, padded to a multiple of 64 by a unit diagonal, which no other entry depends on.
 */
import { breathe } from "../breathe.ts";
import type { SparseRows } from "../interactions.ts";
import type { Kernels } from "./kernels.ts";

const BLOCK = 64;
const OUTER_PRODUCTS_PER_BREATH = 10_000_000;

/** A symmetric matrix [n × n] in rows of `stride`; only the lower triangle means something. */
export interface Symmetric {
  readonly n: number;
  readonly stride: number;
  readonly values: Float32Array;
}

/** XᵀX + ridge · I in float32. Give `values` back to the kernels when done. */
export async function gramOf(
  kernels: Kernels,
  rows: SparseRows,
  { ridge, signal }: { ridge: number; signal: AbortSignal },
): Promise<Symmetric> {
  const n = rows.nColumns;
  const stride = Math.ceil(n / BLOCK) * BLOCK;
  const values = kernels.floats(stride * stride);
  for (let i = 0; i < stride; i++) values[i * stride + i] = i < n ? ridge : 1;
  const [places, weights] = [kernels.integers(n), kernels.floats(n)];
  const add = kernels.kernel("addOuterProduct");
  let sinceBreath = 0;
  for (let row = 0; row < rows.nRows; row++) {
    const [from, to] = [rows.starts[row], rows.starts[row + 1]];
    places.set(rows.columns.subarray(from, to));
    weights.set(rows.values.subarray(from, to));
    add(values.byteOffset, stride, places.byteOffset, weights.byteOffset, to - from);
    sinceBreath += (to - from) ** 2;
    if (sinceBreath < OUTER_PRODUCTS_PER_BREATH) continue;
    sinceBreath = 0;
    await breathe(signal);
  }
  kernels.free(places);
  kernels.free(weights);
  return { n, stride, values };
}

/** Replaces `matrix` by its inverse, both triangles. @throws {RangeError} when it is not positive definite. */
export async function invert(kernels: Kernels, matrix: Symmetric, signal: AbortSignal): Promise<void> {
  const { n, stride, values } = matrix;
  const room = kernels.floats(kernels.kernel("sweepRoom")(stride) / 4);
  const sweep = kernels.kernel("sweepBlock");
  try {
    for (let first = 0; first < stride; first += BLOCK) {
      if (sweep(values.byteOffset, stride, first, room.byteOffset) === 0) {
        throw new RangeError(
          `Cannot invert a matrix of ${n} rows as it is not positive definite: found so at rows ${first} to ` +
            `${first + BLOCK - 1}. Choose a larger ridge`,
        );
      }
      await breathe(signal);
    }
  } finally {
    kernels.free(room);
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = -values[i * stride + j];
      values[i * stride + j] = value;
      values[j * stride + i] = value;
    }
    if (i % 256 === 255) await breathe(signal);
  }
}
