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
const ROWS_PER_BREATH = 1 << 18;

/** The scores [movies] of a user by position; of whom train does not know, those at the end of train. */
export async function popularityAround(
  { interactions, newest }: Learnt,
  { halfLifeDays, signal }: { halfLifeDays: number; signal: AbortSignal },
): Promise<(user: number) => Float32Array> {
  const known = newest.filter(Number.isFinite).sort();
  const place = (k: number) => known[Math.round(k * (known.length - 1) / (REFERENCES - 1))];
  const references = Float64Array.from(new Set(Array.from({ length: REFERENCES }, (_, k) => place(k))));
  const tables = await countsAround(interactions, {
    references,
    halfLife: halfLifeDays * SECONDS_PER_DAY,
    signal,
  });
  return (user) => {
    const at = newest[user] ?? -Infinity;
    return tables[Number.isFinite(at) ? nearest(references, at) : references.length - 1];
  };
}

/**
 * log(1 + counts) [movies] around each reference, in one pass over the ratings.
 *
 * The kernel is separable: what is older than a reference fades by the same factor on the way to the next one, and
 * what is younger on the way to the one before. So a rating is added at its two neighbours only, and sweeps carry on.
 */
async function countsAround(
  { nColumns, columns, times }: Learnt["interactions"],
  { references, halfLife, signal }: { references: Float64Array; halfLife: number; signal: AbortSignal },
): Promise<Float32Array[]> {
  const room = () => Array.from(references, () => new Float64Array(nColumns));
  const [older, younger] = [room(), room()];
  const weight = (seconds: number) => 2 ** (-seconds / halfLife);
  for (let k = 0; k < columns.length; k++) {
    const next = firstFrom(references, times[k]);
    if (next < references.length) older[next][columns[k]] += weight(references[next] - times[k]);
    if (next > 0) younger[next - 1][columns[k]] += weight(times[k] - references[next - 1]);
    if (k % ROWS_PER_BREATH === 0) await breathe(signal);
  }
  for (let r = 1; r < references.length; r++) {
    const fading = weight(references[r] - references[r - 1]);
    const back = references.length - 1 - r;
    const fadingBack = weight(references[back + 1] - references[back]);
    for (let movie = 0; movie < nColumns; movie++) {
      older[r][movie] += fading * older[r - 1][movie];
      younger[back][movie] += fadingBack * younger[back + 1][movie];
    }
    await breathe(signal);
  }
  return older.map((counts, r) =>
    Float32Array.from(counts, (count, movie) => Math.log1p(count + younger[r][movie]))
  );
}

/** Place of the first of ascending `values` that is not below `at`. */
function firstFrom(values: Float64Array, at: number): number {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] < at) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Place of the value nearest to `at` in an ascending list. */
function nearest(values: Float64Array, at: number): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) {
    if (Math.abs(values[k] - at) < Math.abs(values[best] - at)) best = k;
  }
  return best;
}
