/** A data set as it was before each person's newest ratings, and those: what a ranker can learn from. */
import { breathe } from "../breathe.ts";
import type { Dataset } from "../dataset.ts";
import { pick, type Ratings } from "../ratings.ts";

/** Stars from which on somebody liked what they watched; interactions without stars have 5. */
const LIKED_FROM = 4;

export interface Parted {
  /** Everybody's ratings but the newest. */
  before: Dataset;
  /** Movies that each person liked among the newest, and was never shown as an example of before. */
  liked: Map<number, Set<number>>;
}

/** Parts `dataset`: of each person's ratings the newest `share`, rounded down, comes after. */
export async function partNewest(
  dataset: Dataset,
  { share, signal }: { share: number; signal: AbortSignal },
): Promise<Parted> {
  const counts: number[] = [];
  for await (const { length, users } of dataset.ratings()) {
    for (let row = 0; row < length; row++) counts[users[row]] = (counts[users[row]] ?? 0) + 1;
    await breathe(signal);
  }
  const kept = Int32Array.from(counts, (n = 0) => n - Math.floor(share * n));
  const liked = new Map<number, Set<number>>();
  for await (const { chunk, late } of parted(dataset, kept)) {
    for (const row of late) {
      if (chunk.isStale[row] || chunk.isHeldOut[row] || chunk.ratings[row] < LIKED_FROM) continue;
      if (dataset.isExample && !dataset.isExample(chunk, row)) continue;
      const user = chunk.users[row];
      liked.set(user, (liked.get(user) ?? new Set()).add(chunk.movies[row]));
    }
    await breathe(signal);
  }
  const before: Dataset = {
    ...dataset,
    async *ratings() {
      for await (const { chunk, early } of parted(dataset, kept)) {
        if (early.length > 0) yield pick(chunk, early);
      }
    },
  };
  return { before, liked };
}

/** Each chunk with its rows before and after the cut: `kept` ratings of each person come before. */
async function* parted(
  dataset: Dataset,
  kept: Int32Array,
): AsyncGenerator<{ chunk: Ratings; early: Int32Array; late: Int32Array }> {
  const seen = new Int32Array(kept.length);
  for await (const chunk of dataset.ratings()) {
    const rows = Int32Array.from(chunk.users.keys());
    const isEarly = Uint8Array.from(chunk.users, (user) => seen[user]++ < kept[user] ? 1 : 0);
    yield { chunk, early: rows.filter((row) => isEarly[row]), late: rows.filter((row) => !isEarly[row]) };
  }
}
