/**
 * The movies that a fit knew, by external id, in a catalogue that may have grown since; and what orders movies that
 * nothing else does: popularity, too small to change any other order.
 */
import type { Catalogue } from "./catalogue.ts";
import type { IdIndex } from "./id_index.ts";

/** Of the score of the movie with the most entries. */
const TIE_BREAKER = 1e-6;

export interface KnownMovies {
  /** Position in the catalogue by place in the model; -1: the catalogue has no such movie (any more). */
  readonly positions: Int32Array;
  /** Place in the model by position in the catalogue; -1: the model does not know it. */
  readonly placeOf: Int32Array;
}

export function byModelPosition(movieIds: Int32Array, movies: IdIndex): KnownMovies {
  const positions = Int32Array.from(movieIds, (id) => movies.get(id) ?? -1);
  const placeOf = new Int32Array(movies.size).fill(-1);
  positions.forEach((position, place) => {
    if (position !== -1) placeOf[position] = place;
  });
  return { positions, placeOf };
}

/** `byModelPosition()` of the catalogue asked about last, which is nearly always the same. */
export function rememberKnown(movieIds: Int32Array): (catalogue: Catalogue) => KnownMovies {
  let of: Catalogue | null = null;
  let known: KnownMovies;
  return (catalogue) => {
    if (catalogue !== of) known = byModelPosition(movieIds, (of = catalogue).movies);
    return known;
  };
}

/** What `scoreNothing()` gives `movies` (positions). */
export function tieBreakers(
  { known: { placeOf }, counts, movies }: { known: KnownMovies; counts: Int32Array; movies: Int32Array },
): Float64Array {
  let most = 1;
  for (const count of counts) most = Math.max(most, count);
  return Float64Array.from(
    movies,
    (movie) => placeOf[movie] === -1 ? 0 : TIE_BREAKER * counts[placeOf[movie]] / most,
  );
}

/** Fills `out` with what movies score before a person is known: their share of the most entries, times 1e-6. */
export function scoreNothing(
  { known: { positions }, counts, out }: { known: KnownMovies; counts: Int32Array; out: Float32Array },
): void {
  out.fill(0);
  let most = 1;
  for (const count of counts) most = Math.max(most, count);
  for (let place = 0; place < positions.length; place++) {
    if (positions[place] !== -1) out[positions[place]] = TIE_BREAKER * counts[place] / most;
  }
}
