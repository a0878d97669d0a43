/** `processed_db.movie_days`: counted from each batch, and read as the snapshot's windows and trends. */
import type { IdIndex } from "../models/id_index.ts";
import { type MovieWindows, windowsOf } from "../models/snapshot/windows.ts";
import { type NumericColumn, numericRows } from "../sql/binary_copy.ts";
import type { Db } from "../sql/db.ts";

/** Adds what a batch was rated on which day; days out of reach of every window go. */
export async function addMovieDays(tx: Db, batchId: number): Promise<void> {
  const newest = (await tx.row<{ newest_day: string | null }>("features/newest_day", [batchId]))?.newest_day;
  if (newest == null) return;
  await tx.execute("features/upsert_movie_days", [batchId, newest]);
  await tx.execute("features/prune_movie_days", [newest]);
}

const COLUMNS: NumericColumn[] = ["int4", "int4", "int4", "int4", "int4", "int4"];

export async function readMovieWindows(db: Db, movies: IdIndex): Promise<MovieWindows> {
  const rows = numericRows(db.copyOut("publish/copy_movie_windows"), COLUMNS);
  return await windowsOf(rows, { nMovies: movies.size, placeOf: (id) => movies.get(id) ?? -1 });
}
