/** What all workers of this server must know before a write is answered: the seam to their shared log. */

export type Notice =
  | { kind: "rated"; userId: number; movieId: number; stars: number }
  | { kind: "hidden"; userId: number; movieId: number }
  | { kind: "shown"; userId: number; movieId: number }
  | { kind: "erased"; userId: number };

export interface Bulletin {
  /**
   * Tells every worker; call it when the database has committed, and answer after it. The next request, whichever
   * worker gets it, knows.
   *
   * @throws {Problem} when there is no room; what was written stays, and the client repeats with its key.
   */
  append(notices: readonly Notice[]): void;
}
