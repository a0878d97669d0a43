/**
 * Everybody's last ratings as slices of one log: what an example's history bag is read from, long after its moment.
 *
 * A rating is one integer (movie · 16 + half stars). A user's ratings stand in one segment of the log; an example keeps
 * the places where its bag starts and ends, and what comes later changes nothing between them. A full segment is
 * copied on, and so is one in which a re-rating would change the past. Memory: 4 bytes a rating since `compact()`, and
 * at most 4 · (n + ROOM) a user.
 */
import { grown } from "./id_index.ts";
import type { Histories } from "./histories.ts";
import { movieOf, packRating } from "./rating_entry.ts";

/** Ratings that a segment has room for beyond those it begins with. */
const ROOM = 24;
const LEAST_LOG = 1 << 16;

export class RecentRatings {
  /** The log; it is replaced when it grows, so take it anew after `observe()`. */
  log = new Int32Array(LEAST_LOG);
  #used = 0;
  // By user: where the segment starts, where its ratings end, and where its room does.
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  #limits = new Int32Array(0);
  /** 1: what the user had rated before is in the log. */
  #isKnown = new Uint8Array(0);
  readonly #n: number;
  readonly #before: Histories | null;

  /** The last `n` ratings of everybody; `before`: what they had rated before the first `observe()`. */
  constructor(n: number, before: Histories | null = null) {
    this.#n = n;
    this.#before = before;
  }

  /** Where in `log` the last n of the user's current ratings start, in order of first arrival. */
  startOf(user: number): number {
    this.#reserve(user);
    return Math.max(this.#starts[user], this.#ends[user] - this.#n);
  }

  /** Where they end (exclusive). */
  endOf(user: number): number {
    this.#reserve(user);
    return this.#ends[user];
  }

  /** A rating, which replaces the one of `replaces` stars (NaN: none). */
  observe(user: number, movie: number, stars: number, replaces: number): void {
    const start = this.startOf(user);
    const entry = packRating(movie, stars);
    if (Number.isNaN(replaces)) {
      if (this.#ends[user] === this.#limits[user]) this.#move(user);
      this.log[this.#ends[user]++] = entry;
      return;
    }
    for (let at = start; at < this.#ends[user]; at++) {
      if (movieOf(this.log[at]) !== movie) continue;
      this.#move(user);
      this.log[this.#starts[user] + at - start] = entry;
      return;
    }
  }

  /** Forgets whatever is not among somebody's last n: places that were handed out are void. */
  compact(): void {
    const { log } = this;
    this.log = new Int32Array(log.length);
    this.#used = 0;
    for (let user = 0; user < this.#ends.length; user++) {
      const start = Math.max(this.#starts[user], this.#ends[user] - this.#n);
      if (start < this.#ends[user]) this.#place(user, log.subarray(start, this.#ends[user]));
    }
  }

  #move(user: number): void {
    this.#place(user, this.log.subarray(this.startOf(user), this.#ends[user]));
  }

  /** A new segment at the end of the log, which begins with `entries`. */
  #place(user: number, entries: Int32Array): void {
    const limit = this.#used + entries.length + ROOM;
    if (limit > this.log.length) this.log = grown(this.log, limit, Int32Array);
    this.log.set(entries, this.#used);
    this.#starts[user] = this.#used;
    this.#ends[user] = this.#used + entries.length;
    this.#limits[user] = this.#used = limit;
  }

  #reserve(user: number): void {
    if (user >= this.#ends.length) {
      this.#starts = grown(this.#starts, user + 1, Int32Array);
      this.#ends = grown(this.#ends, user + 1, Int32Array);
      this.#limits = grown(this.#limits, user + 1, Int32Array);
      this.#isKnown = grown(this.#isKnown, user + 1, Uint8Array);
    }
    if (this.#before === null || this.#isKnown[user]) return;
    this.#isKnown[user] = 1;
    const { movies, stars } = this.#before.of(user);
    const from = Math.max(0, movies.length - this.#n);
    if (from < movies.length) {
      this.#place(
        user,
        Int32Array.from(movies.subarray(from), (movie, i) => packRating(movie, stars[from + i])),
      );
    }
  }
}
