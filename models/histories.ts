/** Each user's current ratings by movie: what they have seen, and what the bias baseline averages over. */

const NOTHING: ReadonlyMap<number, number> = new Map();

export class Histories {
  readonly #byUser = new Map<number, Map<number, number>>();

  /** `user`'s current ratings, movie → stars. */
  of(user: number): ReadonlyMap<number, number> {
    return this.#byUser.get(user) ?? NOTHING;
  }

  /** A rating, which replaces the one `user` had given `movie`. */
  observe(user: number, movie: number, rating: number): void {
    const history = this.#byUser.get(user);
    if (history) history.set(movie, rating);
    else this.#byUser.set(user, new Map([[movie, rating]]));
  }

  /** Undoes `observe()` of a rating that had replaced `replaces` (NaN: none). */
  unobserve(user: number, movie: number, replaces: number): void {
    if (Number.isNaN(replaces)) this.#byUser.get(user)?.delete(movie);
    else this.observe(user, movie, replaces);
  }
}
