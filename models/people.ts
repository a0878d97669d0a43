/** What is known of people beside their ratings; MovieLens 1M and 100K have it, and nothing needs it. */

/** One person as received; null where the source says nothing. */
export interface Person {
  readonly gender: string | null;
  /** Years; MovieLens 1M has the lower end of an age group. */
  readonly age: number | null;
  readonly occupation: string | null;
}

/** By external user id. */
export type People = ReadonlyMap<number, Person>;

export const NOBODY: People = new Map();
