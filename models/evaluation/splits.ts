/**
 * The usual ways of parting ratings into what is learnt from and what is asked about.
 *
 *   time    one cut for everybody: the newest share is asked about, as in production (the default)
 *   last    of each person the newest (leave-last-out): one, some, or a share
 *   random  one fold of k: every rating is asked about in exactly one of them
 *   users   strong generalisation: whole people are left out of learning; the older part of their ratings is made
 *           known before they are asked about the newer one (Liang et al. 2018)
 *
 * Of k folds each is a question of its own. Random rows and shares of people know the future of others: they flatter
 * (Meng et al. 2020; Ji et al. 2023). A movie that one person rated twice is on one side with both ratings.
 */
import type { Ratings } from "../ratings.ts";
import { hash32 } from "../rng.ts";

export type Split =
  | { kind: "time"; share: number }
  | { kind: "last"; of: { count: number } | { share: number } }
  | { kind: "random"; fold: number; folds: number }
  | { kind: "users"; share: number };

/** Share of a held-out person's ratings, the oldest ones, that is made known before the question. */
const KNOWN_OF_PERSON = 0.8;

/** Where a row goes: learnt from, asked about, or only made known before the question. */
export const [LEARNT, ASKED, KNOWN] = [0, 1, 2];

/** The side of each row of `ratings` (in arrival order); `ids` are people's external ids, which draws go by. */
export function splitRows(
  ratings: Ratings,
  split: Split,
  { ids, seed }: { ids: ArrayLike<number>; seed: number },
): Uint8Array {
  const sides = new Uint8Array(ratings.length);
  if (split.kind === "time") cutInTime(ratings, sides, split.share);
  else if (split.kind === "random") {
    for (let row = 0; row < ratings.length; row++) {
      const fold = hash32(seed, row) % split.folds;
      if (fold === split.fold && mayBeAsked(ratings, row)) sides[row] = ASKED;
    }
  } else {
    for (const [user, rows] of rowsByUser(ratings)) {
      if (split.kind === "last") mark(rows.slice(rows.length - lastOf(rows.length, split.of)), sides, ASKED);
      else if (isDrawn(hash32(seed, ids[user]), split.share)) {
        const known = Math.floor(KNOWN_OF_PERSON * rows.length);
        mark(rows.slice(0, known), sides, KNOWN);
        mark(rows.slice(known), sides, ASKED);
      }
    }
  }
  keepPairsTogether(ratings, sides);
  return sides;
}

/** The newest `share` of the rows is asked about, but never all of them. */
export function cutInTime(ratings: Ratings, sides: Uint8Array, share: number): void {
  const from = Math.max(1, Math.floor((1 - share) * ratings.length));
  for (let row = from; row < ratings.length; row++) if (mayBeAsked(ratings, row)) sides[row] = ASKED;
}

/** Of a person with `n` ratings, how many are asked about; at least one is left. */
function lastOf(n: number, of: { count: number } | { share: number }): number {
  const wanted = "count" in of ? of.count : Math.round(of.share * n);
  return Math.min(n - 1, wanted);
}

function mark(rows: readonly number[], sides: Uint8Array, side: number): void {
  for (const row of rows) sides[row] = side;
}

/** Whether a number drawn from [0, 2³²) falls into `share`. */
export const isDrawn = (drawn: number, share: number) => drawn < share * 2 ** 32;

const mayBeAsked = ({ isStale, isHeldOut }: Ratings, row: number) => !isStale[row] && !isHeldOut[row];

/** Rows that may be asked about by person, in arrival order. */
export function rowsByUser(ratings: Ratings): Map<number, number[]> {
  const of = new Map<number, number[]>();
  for (let row = 0; row < ratings.length; row++) {
    if (!mayBeAsked(ratings, row)) continue;
    const rows = of.get(ratings.users[row]);
    if (rows) rows.push(row);
    else of.set(ratings.users[row], [row]);
  }
  return of;
}

/** A pair that stands more than once is asked about as a whole, if any of its rows is. */
export function keepPairsTogether(ratings: Ratings, sides: Uint8Array): void {
  const { length, users, movies, isStale, replaces } = ratings;
  const repeats = new Map<string, number[]>();
  for (let row = 0; row < length; row++) {
    if (isStale[row] || !Number.isNaN(replaces[row])) repeats.set(`${users[row]} ${movies[row]}`, []);
  }
  if (repeats.size === 0) return;
  for (let row = 0; row < length; row++) repeats.get(`${users[row]} ${movies[row]}`)?.push(row);
  for (const rows of repeats.values()) {
    if (rows.some((row) => sides[row] === ASKED)) mark(rows, sides, ASKED);
  }
}
