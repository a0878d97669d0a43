/** Movies by position → their entries of a posterior; those that it has never met get entries from genres and year. */
import { genresOf, traitsOf, yearStep } from "./blocks.ts";
import type { Catalogue } from "../catalogue.ts";
import type { Machine } from "./fm.ts";
import type { Known } from "./fold_in.ts";
import type { History } from "../histories.ts";
import { IdIndex } from "../id_index.ts";
import type { Moment } from "../ratings.ts";

export function createMovieTable(machine: Machine) {
  const { posterior, movieIds, traits } = machine;
  const entrySize = posterior.draws * (1 + posterior.rank);
  const index = IdIndex.from(movieIds);
  let bound: { catalogue: Catalogue; places: Int32Array; composed: Map<number, Float32Array> } | null = null;

  /** Place among the posterior's movies by position in `catalogue`; −1: never met. */
  function bind(catalogue: Catalogue) {
    const { ids } = catalogue.movies;
    if (bound?.catalogue === catalogue && bound.places.length === ids.length) return bound;
    return bound = {
      catalogue,
      places: Int32Array.from(ids, (id) => index.get(id) ?? -1),
      composed: new Map(),
    };
  }

  function entry(catalogue: Catalogue, movie: number): { table: Float32Array; offset: number } {
    const { places, composed } = bind(catalogue);
    if (places[movie] >= 0) return { table: posterior.movies, offset: places[movie] * entrySize };
    let table = composed.get(movie);
    if (table === undefined) composed.set(movie, table = compose(machine, catalogue, movie));
    return { table, offset: 0 };
  }

  /** All that is known of `user` as of `moment`. */
  function known(moment: Moment, user: number): Known {
    const { movies, stars } = byMovie(moment.histories.of(user));
    const { catalogue } = moment.state;
    const entries = Array.from(movies, (movie) => entry(catalogue, movie));
    const { places } = bind(catalogue);
    const people = traits.length === 0 ? [] : traitsOf(moment.users, moment.people, traits);
    let start = 0;
    const traitPlaces = people.flatMap(({ values, of }) => {
      const found = user < moment.users.size ? of(user).map((place) => start + place) : [];
      start += values.length;
      return found;
    });
    return {
      tables: entries.map(({ table }) => table),
      offsets: entries.map(({ offset }) => offset),
      stars,
      rated: Array.from(movies, (movie) => places[movie]).filter((place) => place >= 0),
      nRated: movies.length,
      traits: traitPlaces,
    };
  }

  return { entry, known };
}

/** Sums in floats depend on their order, and not everybody who asks knows in which order the ratings came. */
function byMovie({ movies, stars }: History): History {
  const places = Array.from(movies.keys()).sort((a, b) => movies[a] - movies[b]);
  return {
    movies: Int32Array.from(places, (place) => movies[place]),
    stars: Float32Array.from(places, (place) => stars[place]),
  };
}

/** q = Σ v x, own = Σ w x + ½(|q|² − Σ x²|v|²), over an average movie, its genres and its year. */
function compose({ posterior, nGenres }: Machine, catalogue: Catalogue, movie: number): Float32Array {
  const { rank, draws } = posterior;
  const width = 1 + rank;
  const table = new Float32Array(draws * width);
  const parts = partsOf(catalogue, movie, { nGenres, isPlain: posterior.nMovieParts === 1 });
  for (let d = 0; d < draws; d++) {
    const at = d * width;
    for (const [part, x] of parts) {
      const from = (part * draws + d) * width;
      table[at] += x * posterior.parts[from];
      for (let f = 1; f < width; f++) {
        const vx = x * posterior.parts[from + f];
        table[at + f] += vx;
        table[at] -= vx * vx / 2;
      }
    }
    for (let f = 1; f < width; f++) table[at] += table[at + f] ** 2 / 2;
  }
  return table;
}

/** The parts of the posterior that a movie is made of, each with its x; the genres are those that the model knows. */
function partsOf(
  catalogue: Catalogue,
  movie: number,
  { nGenres, isPlain }: { nGenres: number; isPlain: boolean },
): [part: number, x: number][] {
  if (isPlain) return [[0, 1]];
  const genres = genresOf(catalogue, movie).filter((genre) => genre < nGenres);
  return [
    [0, 1],
    ...Array.from(genres, (genre): [number, number] => [1 + genre, 1 / Math.sqrt(genres.length)]),
    [1 + nGenres + yearStep(catalogue.years[movie]), 1],
  ];
}
