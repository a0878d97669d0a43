/**
 * The host's side of `assembly/top_k.ts`: the best rows of a matrix for a query, exactly, some rows left out.
 *
 *   top_k(q) = the k rows i with the greatest ⟨v_i, q⟩, equal ones by ascending i
 */
import type { Kernels } from "./kernels.ts";

export interface TopK {
  /** Rows by descending score, at most k; `masked` is left out. The query has d numbers. */
  find(query: Float32Array, masked: Iterable<number>): { rows: Int32Array; scores: Float32Array };
  /** Gives the memory back. */
  [Symbol.dispose](): void;
}

/** Copies `vectors` [n × d] into the kernels' memory, to be asked for its `k` best rows. */
export function createTopK(
  kernels: Kernels,
  vectors: Float32Array,
  { dimension: d, k }: { dimension: number; k: number },
): TopK {
  const n = vectors.length / d;
  if (!Number.isInteger(n)) {
    throw new RangeError(`Cannot scan ${vectors.length} numbers as they should be rows of ${d}`);
  }
  const [v, q] = [kernels.floats(vectors.length), kernels.floats(d)];
  const [heapScores, heapRows] = [kernels.floats(k), kernels.integers(k)];
  const mask = kernels.integers(Math.ceil(n / 4));
  const masks = new Uint8Array(mask.buffer, mask.byteOffset, n);
  v.set(vectors);
  const scan = kernels.kernel("topK");
  return {
    find(query, masked) {
      q.set(query);
      const left = Array.from(masked);
      for (const row of left) masks[row] = 1;
      const size = scan(
        v.byteOffset,
        n,
        d,
        q.byteOffset,
        masks.byteOffset,
        k,
        heapScores.byteOffset,
        heapRows.byteOffset,
      );
      for (const row of left) masks[row] = 0;
      const order = Array.from({ length: size }, (_, i) => i)
        .sort((a, b) => heapScores[b] - heapScores[a] || heapRows[a] - heapRows[b]);
      return {
        rows: Int32Array.from(order, (i) => heapRows[i]),
        scores: Float32Array.from(order, (i) => heapScores[i]),
      };
    },
    [Symbol.dispose]: () => [v, q, heapScores, heapRows, mask].forEach((view) => kernels.free(view)),
  };
}
