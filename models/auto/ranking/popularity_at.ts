/**
 * Popularity as it was around a person's newest rating: what the catalogue looked like to them.
 *
 *   score(u, i) = log(1 + Σ_{ratings of i in train} 2^(−|t − t_u| / half-life))
 *
 * t_u is rounded to one of a few reference times, quantiles of everybody's t_u. Only train's ratings count, and only
 * train's times are asked: neither the movie nor the time of what is to be found is known here.
 */
import { breathe } from "../../breathe.ts";
import type { Learnt } from "./learnt.ts";

const REFERENCES = 48;
const SECONDS_PER_DAY = 86_400;

/** The scores [movies] of a user by position; of whom train does not know, those at the end of train. */
export async function popularityAround(
  { interactions, newest }: Learnt,
  { halfLifeDays, signal }: { halfLifeDays: number; signal: AbortSignal },
): Promise<(user: number) => Float32Array> {
  const known = newest.filter(Number.isFinite).sort();
  const place = (k: number) => known[Math.round(k * (known.length - 1) / (REFERENCES - 1))];
  const references = [...new Set(Array.from({ length: REFERENCES }, (_, k) => place(k)))];
  const tables: Float32Array[] = [];
  for (const reference of references) {
    tables.push(countAround(interactions, { reference, halfLife: halfLifeDays * SECONDS_PER_DAY }));
    await breathe(signal);
  }
  return (user) => {
    const at = newest[user] ?? -Infinity;
    return tables[Number.isFinite(at) ? nearest(references, at) : references.length - 1];
  };
}

function countAround(
  { nColumns, columns, times }: Learnt["interactions"],
  { reference, halfLife }: { reference: number; halfLife: number },
): Float32Array {
  const counts = new Float64Array(nColumns);
  for (let k = 0; k < columns.length; k++) {
    counts[columns[k]] += 2 ** (-Math.abs(times[k] - reference) / halfLife);
  }
  return Float32Array.from(counts, Math.log1p);
}

/** Place of the value nearest to `at` in an ascending list. */
function nearest(values: readonly number[], at: number): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) {
    if (Math.abs(values[k] - at) < Math.abs(values[best] - at)) best = k;
  }
  return best;
}
