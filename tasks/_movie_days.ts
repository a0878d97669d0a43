/** `processed_db.movie_days`: counted from each batch, and read as the snapshot's windows and trends. */
import type { IdIndex } from "../models/id_index.ts";
import { trendOf, WINDOW_DAYS } from "../models/snapshot/windows.ts";
import { type NumericColumn, numericRows } from "../sql/binary_copy.ts";
import type { Db } from "../sql/db.ts";

/** Adds what a batch was rated on which day; days out of reach of every window go. */
export async function addMovieDays(tx: Db, batchId: number): Promise<void> {
  const newest = (await tx.row<{ newest_day: string | null }>("features/newest_day", [batchId]))?.newest_day;
  if (newest == null) return;
  await tx.execute("features/upsert_movie_days", [batchId, newest]);
  await tx.execute("features/prune_movie_days", [newest]);
}

export interface MovieWindows {
  /** Ratings in the last `WINDOW_DAYS` days, one window behind the other: 4 × movies. */
  windows: Uint32Array;
  trends: Float32Array; // [movies]
}

const COLUMNS: NumericColumn[] = ["int4", "int4", "int4", "int4", "int4", "int4"];

export async function readMovieWindows(db: Db, movies: IdIndex): Promise<MovieWindows> {
  const windows = new Uint32Array(WINDOW_DAYS.length * movies.size);
  const trends = new Float32Array(movies.size);
  const rows = numericRows(db.copyOut("publish/copy_movie_windows"), COLUMNS);
  for await (const { n, columns: [ids, ...counts] } of rows) {
    const before = counts[WINDOW_DAYS.length];
    for (let row = 0; row < n; row++) {
      const movie = movies.get(ids[row]);
      if (movie === undefined) continue;
      for (let w = 0; w < WINDOW_DAYS.length; w++) windows[w * movies.size + movie] = counts[w][row];
      trends[movie] = trendOf(counts[0][row], before[row]);
    }
  }
  return { windows, trends };
}
