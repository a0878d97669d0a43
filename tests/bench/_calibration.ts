/** Loops in plain TypeScript that everybody can picture: what the figures are read beside. */
import { cpuPerRun } from "./benchmark.ts";

const SIZE = 192;

/** CPU seconds of 10⁹ floating-point operations in products of 192 × 192 matrices, rows of b in the inner loop. */
export async function secondsPerGigaflop(): Promise<number> {
  const a = Float32Array.from({ length: SIZE * SIZE }, (_, i) => i % 7 / 7);
  const b = Float32Array.from({ length: SIZE * SIZE }, (_, i) => i % 5 / 5);
  const c = new Float32Array(SIZE * SIZE);
  const seconds = await cpuPerRun(() => addProduct(a, b, c), 1);
  return seconds / (2 * SIZE ** 3 / 1e9);
}

/** c += a b, all [SIZE × SIZE]. */
function addProduct(a: Float32Array, b: Float32Array, c: Float32Array): void {
  for (let i = 0; i < SIZE; i++) {
    for (let k = 0; k < SIZE; k++) {
      const value = a[i * SIZE + k];
      for (let j = 0, from = k * SIZE, to = i * SIZE; j < SIZE; j++) c[to + j] += value * b[from + j];
    }
  }
}

/** Σ of all values, in four sums that do not wait for each other. */
export function sum(values: Float32Array | Int32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i + 3 < values.length; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  return a + b + c + d;
}
