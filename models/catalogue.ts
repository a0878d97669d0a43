/** The movies and what is known of them before anybody rates one: release year and genres. */
import { IdIndex } from "./id_index.ts";

export interface MovieFacts {
  id: number;
  /** Release year, null when the title does not say. */
  year: number | null;
  /** Positions in the list of genres, each below `nGenres`. */
  genres: readonly number[];
}

/** Movies by position. Genres of movie `m`: `genres[genreStarts[m]] … genres[genreStarts[m + 1] - 1]`. */
export interface Catalogue {
  readonly movies: IdIndex;
  readonly nGenres: number;
  /** Release year by movie; 0 stands for a missing year. */
  readonly years: Int16Array;
  readonly genreStarts: Int32Array; // [movies + 1]
  readonly genres: Uint8Array;
}

/**
 * Packs `facts` into a catalogue; positions follow the order given.
 *
 * @throws {RangeError} when a genre is not below `nGenres`, or a movie stands twice.
 */
export function createCatalogue(facts: readonly MovieFacts[], nGenres: number): Catalogue {
  const movies = IdIndex.from(facts.map((movie) => movie.id));
  if (movies.size !== facts.length) {
    throw new RangeError(
      `Cannot build the catalogue as ids must be unique: found ${facts.length} movies with ${movies.size} ids`,
    );
  }
  const genreStarts = new Int32Array(facts.length + 1);
  facts.forEach((movie, m) => genreStarts[m + 1] = genreStarts[m] + movie.genres.length);
  const genres = new Uint8Array(genreStarts[facts.length]);
  facts.forEach((movie, m) => {
    const unknown = movie.genres.find((genre) => !(genre >= 0 && genre < nGenres));
    if (unknown !== undefined) {
      throw new RangeError(
        `Cannot build the catalogue of ${nGenres} genres: found genre ${unknown} in movie ${movie.id}`,
      );
    }
    genres.set(movie.genres, genreStarts[m]);
  });
  return { movies, nGenres, years: Int16Array.from(facts, (movie) => movie.year ?? 0), genreStarts, genres };
}
