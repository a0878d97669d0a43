/** The scan in TypeScript: the same lists, some twenty times slower, where no compiled one is to be had. */
import { scan, topN } from "../top_n.ts";
import type { Scan, ScanOptions, TopRows } from "./scan.ts";

/** Over `vectors` [n × dimension], where they stand. */
export function createPlainScan(vectors: Float32Array, dimension: number): Scan {
  const scores = new Float32Array(vectors.length / dimension);
  return {
    top(query, options) {
      if (query.length !== dimension) {
        throw new RangeError(`Cannot scan rows of ${dimension} with a query of ${query.length}`);
      }
      scan(vectors, query, scores);
      return topOf(scores, options);
    },
    looks: scores.length,
  };
}

/** The best rows by scores that are there already. */
export function topOf(
  scores: Float32Array,
  { k, rated = NOTHING, rows = NOTHING, masked }: ScanOptions,
): TopRows {
  const left = new Set<number>(rows);
  for (const entry of rated) left.add(entry >> 4);
  const isSeen = (row: number) => left.has(row) || (masked !== undefined && masked[row] !== 0);
  const { movies, scores: best } = topN(scores, { n: k, ids: Int32Array.from(scores.keys()), isSeen });
  return { rows: movies, scores: best };
}

const NOTHING = new Int32Array(0);
