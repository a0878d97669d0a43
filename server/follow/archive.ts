/** A snapshot made of what the database holds, for the time before the first one is published: popularity only. */
import type { Db } from "../../sql/db.ts";
import { type NumericColumn, numericRows } from "../../sql/binary_copy.ts";
import type { Row } from "../../sql/tables.ts";
import { createRatedLists } from "../../models/snapshot/rated_lists.ts";
import { indexOfId } from "../../models/snapshot/index_of_id.ts";
import { NO_SETTINGS } from "../../models/snapshot/serving_settings.ts";
import { encodeSnapshot } from "../../models/snapshot/snapshot.ts";
import { windowsOf } from "../../models/snapshot/windows.ts";

type MovieRow = Row<"data_lake_db.movies"> & { n_ratings: number; rating_sum: number; histogram: number[] };

const WINDOWS: NumericColumn[] = ["int4", "int4", "int4", "int4", "int4", "int4"];

/**
 * The archive's movies by popularity; null when the lake has none yet.
 *
 * Nobody's ratings are in (batch −1): the server then takes all that has happened for newer than the snapshot.
 */
export async function snapshotOfArchive(db: Db): Promise<Uint8Array<ArrayBuffer> | null> {
  const movies = await db.rows<MovieRow>("serve/movies");
  if (movies.length === 0) return null;
  const ids = Int32Array.from(movies, ({ movie_id }) => movie_id);
  const lately = await windowsOf(numericRows(db.copyOut("publish/copy_movie_windows"), WINDOWS), {
    nMovies: ids.length,
    placeOf: (id) => indexOfId(ids, id),
  });
  const genres = await db.rows<Row<"data_lake_db.genres">>("lake/genres");
  const source = await db.row<Pick<Row<"raw_db.sources">, "edition" | "is_sample">>("serve/edition");
  return encodeSnapshot({
    day: null,
    batchId: -1,
    edition: source?.edition ?? "",
    isSample: source?.is_sample ?? false,
    genres: genres.map(({ name }) => name),
    totals: {
      nRatings: movies.reduce((sum, { n_ratings }) => sum + n_ratings, 0),
      ratingSum: movies.reduce((sum, { rating_sum }) => sum + rating_sum, 0),
    },
    serving: NO_SETTINGS,
    movies: {
      ids,
      titles: movies.map(({ title }) => title),
      years: movies.map(({ year }) => year),
      genreIds: movies.map(({ genre_ids }) => genre_ids),
      nRatings: Uint32Array.from(movies, ({ n_ratings }) => n_ratings),
      ratingSums: Float64Array.from(movies, ({ rating_sum }) => rating_sum),
      histograms: Uint32Array.from(movies.flatMap(({ histogram }) => histogram)),
      ...lately,
    },
    rated: createRatedLists().finish(),
    recent: { offsets: new Uint32Array(1), entries: new Int32Array(0) },
    userRatingSums: new Float64Array(0),
    champion: null,
  });
}
