/** PostgreSQL's rows as the typed arrays that `models/` works on: the catalogue, the feature sums, ratings in arrival order. */
import { type NumericColumn, numericRows } from "../sql/binary_copy.ts";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import { type Catalogue, createCatalogue } from "../models/catalogue.ts";
import { FeatureState } from "../models/feature_state.ts";
import { IdIndex } from "../models/id_index.ts";

/** Movies by position: ids ascending, so that ties by position are ties by id. */
export interface Movies {
  catalogue: Catalogue;
  titles: string[];
  genres: string[];
}

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

/** The sums of `processed_db` as they stand; `users` gets a position for each of its users. */
export async function readFeatureState(db: Db, catalogue: Catalogue, users: IdIndex): Promise<FeatureState> {
  const state = new FeatureState(catalogue);
  const totals = await db.row<Row<"processed_db.rating_totals">>("features/totals");
  if (totals !== undefined) state.loadTotals(totals.n_ratings, totals.rating_sum);
  const G = catalogue.nGenres;
  const userColumns: NumericColumn[] = ["int4", "int4", "float8", ["int4[]", G], ["float8[]", G]];
  for await (const { n, columns } of numericRows(db.copyOut("features/copy_user_features"), userColumns)) {
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
  const movieColumns: NumericColumn[] = ["int4", "int4", "float8"];
  for await (const { n, columns } of numericRows(db.copyOut("features/copy_movie_features"), movieColumns)) {
    const [ids, counts, sums] = columns;
    for (let i = 0; i < n; i++) state.loadMovie(positionOf(catalogue.movies, ids[i]), counts[i], sums[i]);
  }
  return state;
}

function positionOf(movies: IdIndex, id: number): number {
  const position = movies.get(id);
  if (position === undefined) {
    throw new RangeError(`Cannot read the features of movie ${id}: data_lake_db.movies lacks it`);
  }
  return position;
}
