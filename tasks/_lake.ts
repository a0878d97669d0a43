/** PostgreSQL's rows as the typed arrays that `models/` works on: the catalogue, the feature sums, ratings in arrival order. */
import { type NumericColumn, numericRows } from "../sql/binary_copy.ts";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import { type Catalogue, createCatalogue, type MovieFacts } from "../models/catalogue.ts";
import { FeatureState } from "../models/feature_state.ts";
import { IdIndex } from "../models/id_index.ts";

/** Movies by position: ids ascending, so that ties by position are ties by id. */
export interface Movies {
  catalogue: Catalogue;
  titles: string[];
  genres: string[];
}

/** Whether all that was imported are interactions: they have no ratings, so there is nothing to predict. */
export async function isImplicit(db: Db): Promise<boolean> {
  return (await db.row<{ is_implicit: boolean }>("lake/is_implicit"))!.is_implicit;
}

/** The catalogue with what people read. */
export async function readMovies(db: Db): Promise<Movies> {
  const genres = await db.rows<Row<"data_lake_db.genres">>("lake/genres");
  const movies = await db.rows<Row<"data_lake_db.movies">>("lake/movies");
  const facts = movies.map(({ movie_id, year, genre_ids }) => ({ id: movie_id, year, genres: genre_ids }));
  return {
    catalogue: createCatalogue(facts, genres.length),
    titles: movies.map(({ title }) => title),
    genres: genres.map(({ name }) => name),
  };
}

/** The catalogue alone: a third of the time, as no title is read. */
export async function readCatalogue(db: Db): Promise<Catalogue> {
  const { length: G } = await db.rows<Row<"data_lake_db.genres">>("lake/genres");
  const facts: MovieFacts[] = [];
  const columns: NumericColumn[] = ["int4", "int4", "int4", ["int2[]", G]];
  for await (
    const { n, columns: [ids, years, counts, genres] } of numericRows(db.copyOut("lake/copy_movies"), columns)
  ) {
    for (let i = 0; i < n; i++) {
      facts.push({
        id: ids[i],
        year: years[i] || null,
        genres: [...genres.subarray(i * G, i * G + counts[i])],
      });
    }
  }
  return createCatalogue(facts, G);
}

export interface StateOptions {
  catalogue: Catalogue;
  /** Each user that is read gets a position. */
  users: IdIndex;
  /** Whose sums; without it, everybody's. The others count as users without a rating. */
  of?: Iterable<number>;
}

/** The sums of `processed_db` as they stand: totals, all movies, and some or all users. */
export async function readFeatureState(
  db: Db,
  { catalogue, users, of }: StateOptions,
): Promise<FeatureState> {
  const state = new FeatureState(catalogue);
  const totals = await db.row<Row<"processed_db.rating_totals">>("features/totals");
  if (totals !== undefined) state.loadTotals(totals.n_ratings, totals.rating_sum);
  const userRows = of === undefined
    ? db.copyOut("features/copy_user_features")
    : db.copyOut("features/copy_user_features_of", { user_ids: arrayText(of) });
  await loadUsers(state, users, userRows);
  const movieColumns: NumericColumn[] = ["int4", "int4", "float8"];
  for await (const { n, columns } of numericRows(db.copyOut("features/copy_movie_features"), movieColumns)) {
    const [ids, counts, sums] = columns;
    for (let i = 0; i < n; i++) state.loadMovie(positionOf(catalogue.movies, ids[i]), counts[i], sums[i]);
  }
  return state;
}

async function loadUsers(
  state: FeatureState,
  users: IdIndex,
  rows: AsyncIterable<Uint8Array>,
): Promise<void> {
  const G = state.catalogue.nGenres;
  const userColumns: NumericColumn[] = ["int4", "int4", "float8", ["int4[]", G], ["float8[]", G]];
  for await (const { n, columns } of numericRows(rows, userColumns)) {
    const [ids, counts, sums, genreCounts, genreSums] = columns;
    for (let i = 0; i < n; i++) {
      state.loadUser(users.add(ids[i]), {
        nRatings: counts[i],
        ratingSum: sums[i],
        genreCounts: genreCounts.subarray(i * G, (i + 1) * G),
        genreSums: genreSums.subarray(i * G, (i + 1) * G),
      });
    }
  }
}

/** A list of ids as PostgreSQL reads an array: COPY takes no parameters, its settings are text. */
export function arrayText(ids: Iterable<number>): string {
  return `{${Array.from(ids).join(",")}}`;
}

function positionOf(movies: IdIndex, id: number): number {
  const position = movies.get(id);
  if (position === undefined) {
    throw new RangeError(`Cannot read the features of movie ${id}: data_lake_db.movies lacks it`);
  }
  return position;
}
