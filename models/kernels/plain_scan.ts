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
  const left = masked?.slice() ?? new Uint8Array(scores.length);
  for (const row of rows) left[row] = 1;
  for (let i = 0; i < rated.length; i++) left[rated[i] >> 4] = 1;
  const isSeen = (row: number) => left[row] !== 0;
  const { movies, scores: best } = topN(scores, { n: k, ids: placesOf(scores.length), isSeen });
  return { rows: movies, scores: best };
}

let places = new Int32Array(0);

/** 0, 1, …: counted once, as the next list is of as many rows. */
function placesOf(n: number): Int32Array {
  if (places.length !== n) {
    places = new Int32Array(n);
    for (let row = 0; row < n; row++) places[row] = row;
  }
  return places;
}

const NOTHING = new Int32Array(0);
