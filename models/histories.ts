/**
 * Each user's current ratings: what they have seen, and what the bias baseline averages over.
 *
 * Flat arrays and no maps: a day of predictions reads a history at every rating, and changes it once. Finding the
 * place of a movie takes a look at all of them, which is still less than one prediction does.
 */

/** One user's current ratings, in order of first arrival; views, which the next `observe()` may outdate. */
export interface History {
  readonly movies: Int32Array;
  /** Of the same places. */
  readonly stars: Float32Array;
}

const NOTHING: History = { movies: new Int32Array(0), stars: new Float32Array(0) };
const FIRST_ROOM = 32;

export class Histories {
  readonly #byUser = new Map<number, GrowingHistory>();

  /** What is observed by the copy, the original does not know. */
  copy(): Histories {
    const copy = new Histories();
    for (const [user, history] of this.#byUser) copy.#byUser.set(user, history.copy());
    return copy;
  }

  of(user: number): History {
    return this.#byUser.get(user)?.view() ?? NOTHING;
  }

  /** All that `user` has rated, each movie once; what was known of them is forgotten. */
  load(user: number, history: History): void {
    this.#byUser.set(user, GrowingHistory.from(history));
  }

  /** A rating, which replaces the one `user` had given `movie`. */
  observe(user: number, movie: number, rating: number): void {
    let history = this.#byUser.get(user);
    if (history === undefined) this.#byUser.set(user, history = new GrowingHistory());
    history.set(movie, rating);
  }

  /** Undoes `observe()` of a rating that had replaced `replaces` (NaN: none). */
  unobserve(user: number, movie: number, replaces: number): void {
    if (Number.isNaN(replaces)) this.#byUser.get(user)?.delete(movie);
    else this.observe(user, movie, replaces);
  }
}

class GrowingHistory {
  #movies = new Int32Array(FIRST_ROOM);
  #stars = new Float32Array(FIRST_ROOM);
  #size = 0;
  #view: History | null = null;

  static from({ movies, stars }: History): GrowingHistory {
    const history = new GrowingHistory();
    history.#movies = movies.slice();
    history.#stars = stars.slice();
    history.#size = movies.length;
    return history;
  }

  view(): History {
    return this.#view ??= {
      movies: this.#movies.subarray(0, this.#size),
      stars: this.#stars.subarray(0, this.#size),
    };
  }

  copy(): GrowingHistory {
    const copy = new GrowingHistory();
    copy.#movies = this.#movies.slice();
    copy.#stars = this.#stars.slice();
    copy.#size = this.#size;
    return copy;
  }

  set(movie: number, rating: number): void {
    const place = this.#placeOf(movie);
    if (place >= 0) {
      this.#stars[place] = rating;
      return;
    }
    if (this.#size === this.#movies.length) this.#grow();
    this.#movies[this.#size] = movie;
    this.#stars[this.#size++] = rating;
    this.#view = null;
  }

  delete(movie: number): void {
    const place = this.#placeOf(movie);
    if (place < 0) return;
    this.#movies.copyWithin(place, place + 1, this.#size);
    this.#stars.copyWithin(place, place + 1, this.#size--);
    this.#view = null;
  }

  /** -1: nowhere. What stands behind the end is room, or was deleted. */
  #placeOf(movie: number): number {
    const place = this.#movies.indexOf(movie);
    return place < this.#size ? place : -1;
  }

  #grow(): void {
    const [movies, stars] = [this.#movies, this.#stars];
    const room = Math.max(FIRST_ROOM, 2 * movies.length);
    this.#movies = new Int32Array(room);
    this.#movies.set(movies);
    this.#stars = new Float32Array(room);
    this.#stars.set(stars);
  }
}
