/**
 * Which ratings of a file the archive holds already, exactly: user, movie, rating and time.
 *
 * A newer edition brings the older one's rows again. Both stand in time order, the file's by `timeOrder()`, each archived
 * file's by its ids, so one walk beside the archive finds them: a pointer that gallops forward, and goes back only where
 * the next archived file (or a live rating) begins earlier. Memory: a byte for each row of the file.
 */
import { numericRows } from "../../sql/binary_copy.ts";
import type { Db } from "../../sql/db.ts";
import type { RatingTable } from "./rating_table.ts";

export interface KnownOptions {
  /** Row numbers in time order: `timeOrder()`. */
  order: Uint32Array<ArrayBuffer>;
  /** Only rows with smaller ids count: what came after the file was registered must not move its ids. */
  before: number;
  signal?: AbortSignal;
}

/** `order` without the rows that are in the archive. */
export async function unknownRows(
  db: Db,
  ratings: RatingTable,
  { order, before, signal }: KnownOptions,
): Promise<Uint32Array<ArrayBuffer>> {
  const walk = new Walk(ratings, order);
  const rows = db.copyOut("import/copy_known", { before });
  for await (const { n, columns: [users, movies, stars, times] } of numericRows(rows, COLUMNS)) {
    signal?.throwIfAborted();
    for (let i = 0; i < n; i++) walk.meet(users[i], movies[i], stars[i], micros(times[i]));
  }
  return order.filter((_, place) => walk.isKnown[place] === 0);
}

const COLUMNS = ["int4", "int4", "float8", "float8"] as const;

/** As PostgreSQL keeps times. */
const micros = (seconds: number) => Math.round(seconds * 1e6);

class Walk {
  readonly isKnown: Uint8Array;
  readonly #ratings: RatingTable;
  readonly #order: Uint32Array;
  /** The first place that is not before the archived row met last. */
  #at = 0;

  constructor(ratings: RatingTable, order: Uint32Array) {
    this.#ratings = ratings;
    this.#order = order;
    this.isKnown = new Uint8Array(order.length);
  }

  /** Marks the rows of the file that are the archived one; a file may repeat itself. */
  meet(user: number, movie: number, stars: number, time: number): void {
    const isBehind = (place: number) => this.#compare(place, user, movie, time) < 0;
    this.#at = this.#at > 0 && !isBehind(this.#at - 1)
      ? firstNot(isBehind, 0, this.#at - 1)
      : this.#gallop(isBehind);
    const { rating } = this.#ratings;
    for (let place = this.#at; place < this.#order.length; place++) {
      if (this.#compare(place, user, movie, time) !== 0) return;
      if (Object.is(rating[this.#order[place]], stars)) this.isKnown[place] = 1;
    }
  }

  /** From the place at hand in steps that double. */
  #gallop(isBehind: (place: number) => boolean): number {
    let low = this.#at;
    for (let step = 1;; step *= 2) {
      const high = low + step - 1;
      if (high >= this.#order.length) return firstNot(isBehind, low, this.#order.length);
      if (!isBehind(high)) return firstNot(isBehind, low, high);
      low = high + 1;
    }
  }

  /** Below 0: the row at `place` is before the archived one in (time, user, movie). */
  #compare(place: number, user: number, movie: number, time: number): number {
    const row = this.#order[place];
    const { ratedAt, userId, movieId } = this.#ratings;
    return micros(ratedAt[row]) - time || userId[row] - user || movieId[row] - movie;
  }
}

/** The first place from `low` on that is not behind; `high` where all before it are. */
function firstNot(isBehind: (place: number) => boolean, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBehind(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
