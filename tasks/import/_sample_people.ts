/** The sample's people: what each likes, how much each rates, and when. */
import type { Rng } from "../../models/rng.ts";
import { exponential, normal, type Normals } from "./_draws.ts";
import type { RatingTable } from "./rating_table.ts";
import { GENRE_NAMES } from "./sample_movies.ts";
import { fadingOf, type Shelf } from "./_sample_shelf.ts";

const FEWEST = 20;
const [DAY, YEAR] = [86_400, 31_556_952];
const FIRST_DAY = 946_684_800; // 2000-01-01
const YEARS = 20;
const END = FIRST_DAY + YEARS * YEAR;
export const LAST_YEAR = 2019;
const MEAN = 3.26;
const MAX_GENRES_A_MOVIE = 16;
const ROOTS = Float64Array.from({ length: MAX_GENRES_A_MOVIE }, (_, n) => Math.sqrt(n));

export interface Person {
  userId: number;
  joinedAt: number;
  /** b_u, stars. */
  bias: number;
  /** t_u, stars by genre. */
  tastes: Float64Array;
  /** e_u, stars for each standard deviation of release years. */
  newness: number;
  /** v_u. */
  flavor: [number, number];
  /** Deviation of ε, stars. */
  noise: number;
  /** Gives whole stars only. */
  isWhole: boolean;
  /** Mean days between two sessions. */
  daysBetween: number;
}

export function person(userId: number, rng: Rng): Person {
  return {
    userId,
    joinedAt: Math.floor(FIRST_DAY + (END - FIRST_DAY - 3 * DAY) * rng.uniform()),
    bias: 0.4 * normal(rng),
    tastes: Float64Array.from(GENRE_NAMES, () => 0.45 * normal(rng)),
    newness: 0.12 * normal(rng),
    flavor: [0.13 * normal(rng), 0.13 * normal(rng)],
    noise: 0.68 + 0.24 * rng.uniform(),
    isWhole: rng.uniform() < 0.4,
    daysBetween: exponential(rng, 60),
  };
}

/** How many ratings each of `users` gives: 20 at least, `most` at most, a long tail, `total` in all. */
export function ratingCounts(
  total: number,
  { users, most, rng }: { users: number; most: number; rng: Rng },
): Int32Array {
  const tails = Float64Array.from({ length: users }, () => Math.exp(1.15 * normal(rng)));
  const scale = (total - FEWEST * users) / tails.reduce((sum, tail) => sum + tail, 0);
  const counts = Int32Array.from(tails, (tail) => Math.min(most, FEWEST + Math.floor(tail * scale)));
  let missing = total - counts.reduce((sum, count) => sum + count, 0);
  for (let user = 0; missing > 0; user = (user + 1) % users) {
    if (counts[user] >= most) continue;
    counts[user]++;
    missing--;
  }
  return counts;
}

/** Where the rows go: one a rating, and what its user would give without the noise ε. */
export interface Block {
  ratings: RatingTable;
  expected: Float32Array;
}

export interface Rating {
  count: number;
  shelf: Shelf;
  block: Block;
  /** Line of the first row. */
  line: number;
  rng: Rng;
  normals: Normals;
}

/** All sessions of one person: most of it in the first, the others days or months apart. */
export function rateMovies(who: Person, { count, shelf, block, line, rng, normals }: Rating): void {
  const { ratings, expected } = block;
  let at = who.joinedAt;
  let session = sessionAt(at, shelf);
  let left = Math.ceil(count * (0.4 + 0.6 * rng.uniform()));
  for (let rated = 0; rated < count; rated++, left--) {
    if (left === 0) {
      left = 1 + Math.floor(exponential(rng, 12));
      const next = at + Math.floor(exponential(rng, who.daysBetween) * DAY) + DAY / 3;
      if (next < END - DAY) at = next;
      session = sessionAt(at, shelf);
    }
    at += 3 + Math.floor(exponential(rng, 18));
    const place = chooseMovie(who, { session, shelf, rng });
    const opinion = MEAN + who.bias + shelf.qualities[place] + taste(who, shelf, place);
    expected[ratings.n] = Math.min(5, Math.max(0.5, opinion));
    const given = stars(opinion + who.noise * normals.next(), who.isWhole);
    ratings.push(who.userId, shelf.ids[place], given, at, line + rated);
  }
}

/** What is the same for all of a session: the movies that are out, and how fast they have faded. */
interface Session {
  nOpen: number;
  fading: number;
}

function sessionAt(at: number, shelf: Shelf): Session {
  const year = 1970 + at / YEAR;
  return { nOpen: shelf.nOpen(year), fading: fadingOf(year) };
}

/**
 * Something released and not yet seen: popular, rather new, rather to this person's taste. It is taken with the
 * probability recency · 1/(1 + exp(−1.5 taste)); most are refused by the first factor already.
 */
function chooseMovie(
  who: Person,
  { session, shelf, rng }: { session: Session; shelf: Shelf; rng: Rng },
): number {
  const { seenBy, fading } = shelf;
  for (let attempt = 0; attempt < 200; attempt++) {
    const place = shelf.draw(session.nOpen, rng);
    if (seenBy[place] === who.userId) continue;
    const recency = 0.4 + 0.6 * fading[place] / session.fading;
    const chance = rng.uniform();
    if (chance >= recency) continue;
    if (chance * (1 + Math.exp(-1.5 * taste(who, shelf, place))) >= recency) continue;
    seenBy[place] = who.userId;
    return place;
  }
  const unseen = seenBy.findIndex((user) => user !== who.userId);
  seenBy[unseen] = who.userId;
  return unseen;
}

/** Σ_{g∈m} t_ug / √|m| + e_u·y_m + v_u·f_m */
function taste({ tastes, newness, flavor }: Person, shelf: Shelf, place: number): number {
  const { genreStarts, genres, ages, flavors } = shelf;
  const [start, end] = [genreStarts[place], genreStarts[place + 1]];
  let sum = 0;
  for (let k = start; k < end; k++) sum += tastes[genres[k]];
  const rest = flavor[0] * flavors[2 * place] + flavor[1] * flavors[2 * place + 1];
  return sum / ROOTS[end - start] + newness * ages[place] + rest;
}

function stars(opinion: number, isWhole: boolean): number {
  const step = isWhole ? 1 : 0.5;
  return Math.min(5, Math.max(step, Math.round(opinion / step) * step));
}
