/**
 * The last step of every list, whatever made it: nothing that was seen, hidden or excluded goes out.
 *
 * Sources leave such movies out as well, each in its own way and for its own speed. This is the one place that answers
 * for it: it asks the person themselves, movie by movie, and says what it had to take out.
 */
import type { Person } from "./person.ts";
import { hasRated } from "./person.ts";
import type { RecommendationList } from "./request.ts";

export type Dropped = RecommendationList["dropped"];

export interface Barred {
  readonly person: Person;
  /** Movies that the operator hides. */
  readonly isWithheld: (movie: number) => boolean;
  /** Movies that the request names, by index. */
  readonly excluded: ReadonlySet<number>;
}

/** Why `movie` must not be listed; null: it may. */
export function barrier({ person, isWithheld, excluded }: Barred, movie: number): keyof Dropped | null {
  if (hasRated(person, movie)) return "seen";
  if (person.hidden.has(movie) || isWithheld(movie)) return "hidden";
  return excluded.has(movie) ? "excluded" : null;
}

/** The first `n` of `candidates` (best first) that may be listed; no more of them are asked for than it takes. */
export function enforce<C extends { movie: number }>(
  candidates: Iterable<C>,
  n: number,
  barred: Barred,
): { items: C[]; dropped: Dropped } {
  const items: C[] = [];
  const dropped: Dropped = { seen: 0, hidden: 0, excluded: 0 };
  if (n === 0) return { items, dropped };
  for (const candidate of candidates) {
    const why = barrier(barred, candidate.movie);
    if (why !== null) {
      dropped[why]++;
      continue;
    }
    items.push(candidate);
    if (items.length === n) break;
  }
  return { items, dropped };
}
