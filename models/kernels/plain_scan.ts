/** The scan in TypeScript: the same lists, some twenty times slower, where no compiled one is to be had. */
import { scan, topN } from "../top_n.ts";
import type { Scan } from "./scan.ts";

/** Over `vectors` [n × dimension], where they stand. */
export function createPlainScan(vectors: Float32Array, dimension: number): Scan {
  const n = vectors.length / dimension;
  const scores = new Float32Array(n);
  const rowIds = Int32Array.from(scores.keys());
  return {
    top(query, { k, rated = [], rows = [], masked }) {
      const left = new Set<number>(rows);
      for (const entry of rated) left.add(entry >> 4);
      scan(vectors, query, scores);
      const isSeen = (row: number) => left.has(row) || (masked !== undefined && masked[row] !== 0);
      const { movies, scores: best } = topN(scores, { n: k, ids: rowIds, isSeen });
      return { rows: movies, scores: best };
    },
    looks: n,
  };
}
