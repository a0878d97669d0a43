/** Whether a snapshot's figures agree: whatever a request would follow as an index is looked at once, at opening. */
import type { KeyColumns } from "./key_table.ts";
import type { SeenLists } from "./seen_lists.ts";
import type { Columns, Snapshot } from "./snapshot.ts";

/** @throws {SyntaxError} at the first contradiction. */
export function checkSnapshot(snapshot: Snapshot, columns: Columns): void {
  const { movieIds, userIds, seen, champion } = snapshot;
  checkAscending("movie ids", movieIds);
  checkAscending("user ids", userIds);
  checkLengths(movieIds.length, { years: columns.years });
  checkLengths(movieIds.length, { nRatings: snapshot.nRatings, ratingSums: snapshot.ratingSums });
  checkLengths(userIds.length, { userRatingSums: snapshot.userRatingSums });
  checkRows("titles", columns.titleOffsets, movieIds.length, columns.titles.length);
  checkRows("genre ids", columns.genreOffsets, movieIds.length, columns.genreIds.length);
  checkRows("seen movies", seen.offsets, userIds.length, seen.movies.length);
  checkBelow("genre ids", columns.genreIds, snapshot.genres.length);
  checkSeen(seen, movieIds.length);
  checkKeys("user keys", columns.userKeys, userIds.length);
  checkKeys("movie keys", columns.movieKeys, movieIds.length);
  if (!champion) return;
  const { dimension, movieEmbeddings, userEmbeddings, slope, intercept } = champion;
  checkLengths(movieIds.length * dimension, { movieEmbeddings });
  checkLengths(userIds.length * dimension, { userEmbeddings });
  checkFinite("movie embeddings", movieEmbeddings);
  checkFinite("user embeddings", userEmbeddings);
  if (!(slope > 0) || !Number.isFinite(slope + intercept)) {
    throw contradiction(
      "should score with a slope > 0 and a finite intercept",
      `slope ${slope}, intercept ${intercept}`,
    );
  }
}

function checkLengths(wanted: number, arrays: Record<string, { length: number }>): void {
  for (const [name, { length }] of Object.entries(arrays)) {
    if (length !== wanted) throw contradiction(`should have ${wanted} entries in ${name}`, length);
  }
}

function checkAscending(name: string, ids: Int32Array): void {
  for (let i = 1; i < ids.length; i++) {
    if (ids[i - 1] >= ids[i]) throw contradiction(`${name} should ascend`, `${ids[i]} after ${ids[i - 1]}`);
  }
}

function checkRows(name: string, offsets: Uint32Array, rows: number, entries: number): void {
  checkLengths(rows + 1, { [`offsets of ${name}`]: offsets });
  for (let row = 0; row < rows; row++) {
    if (offsets[row] > offsets[row + 1]) {
      throw contradiction(`offsets of ${name} should ascend`, offsets[row + 1]);
    }
  }
  if (offsets[0] !== 0 || offsets[rows] !== entries) {
    throw contradiction(`offsets of ${name} should span ${entries}`, `${offsets[0]} … ${offsets[rows]}`);
  }
}

function checkKeys(name: string, keys: KeyColumns | null, rows: number): void {
  if (keys === null) return;
  checkRows(name, keys.offsets, rows, keys.bytes.length);
  checkLengths(rows, { [`order of ${name}`]: keys.order });
  checkBelow(`order of ${name}`, keys.order, rows);
}

function checkBelow(name: string, values: Uint32Array | Uint16Array | Int32Array, end: number): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= end || values[i] < 0) throw contradiction(`${name} should be below ${end}`, values[i]);
  }
}

/** Tens of millions of entries: one pass, and no text unless something is wrong. */
function checkSeen({ userIds, offsets, movies }: SeenLists, nMovies: number): void {
  for (let user = 0; user < userIds.length; user++) {
    const end = offsets[user + 1];
    let last = -1;
    for (let i = offsets[user]; i < end; i++) {
      const movie = movies[i];
      if (movie <= last) {
        throw contradiction(`seen movies of user ${userIds[user]} should ascend from 0`, movie);
      }
      last = movie;
    }
    if (last >= nMovies) throw contradiction(`seen movies should be below ${nMovies}`, last);
  }
}

function checkFinite(name: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw contradiction(`${name} should be finite`, values[i]);
  }
}

export function contradiction(wanted: string, found: string | number): SyntaxError {
  return new SyntaxError(`Cannot open snapshot as it ${wanted}: found ${found}`);
}
