/**
 * Whether a snapshot's figures agree: whatever a request would follow as an index is looked at once, at opening, some
 * milliseconds' worth a step.
 */
import { type Columns, contradiction } from "./_columns.ts";
import type { KeyColumns } from "./key_table.ts";
import { STAR_STEPS } from "./histograms.ts";
import type { RatedLists } from "./rated_lists.ts";
import { RECENT, type Rows } from "./rated_pairs.ts";
import type { Steps } from "../steps.ts";
import type { Champion, Snapshot } from "./snapshot.ts";
import { WINDOW_DAYS } from "./windows.ts";
import { openWords, type WordColumns } from "./word_index.ts";

/** @throws {SyntaxError} at the first contradiction. */
export function* checking(snapshot: Snapshot, columns: Columns): Steps<void> {
  const { movieIds, userIds, rated, recent } = snapshot;
  const [nMovies, nUsers] = [movieIds.length, userIds.length];
  checkAscending("movie ids", movieIds);
  checkAscending("user ids", userIds);
  checkLengths(nMovies, { years: columns.years, trends: snapshot.trends });
  checkLengths(nMovies, { nRatings: snapshot.nRatings, ratingSums: snapshot.ratingSums });
  checkLengths(nMovies * STAR_STEPS, { histograms: snapshot.histograms });
  checkLengths(nMovies * WINDOW_DAYS.length, { windows: snapshot.windows });
  checkLengths(nUsers, { userRatingSums: snapshot.userRatingSums });
  checkRows("titles", columns.titleOffsets, nMovies, columns.titles.length);
  checkRows("genre ids", columns.genreOffsets, nMovies, columns.genreIds.length);
  checkRows("rated movies", rated.offsets, nUsers, rated.entries.length);
  checkRows("recent ratings", recent.offsets, nUsers, recent.entries.length);
  checkBelow("genre ids", columns.genreIds, snapshot.genres.length);
  yield;
  checkWords(columns.titleWords, nMovies);
  yield;
  yield* checkingRated(rated, nMovies);
  yield* checkingRecent(recent, nMovies);
  checkKeys("user keys", columns.userKeys, nUsers);
  checkKeys("movie keys", columns.movieKeys, nMovies);
  if (columns.demographics) {
    const { gender, age, occupation } = columns.demographics;
    checkLengths(nUsers, { gender, age, occupation });
  }
  yield;
  if (snapshot.champion) yield* checkingChampion(snapshot.champion, nMovies, nUsers);
}

function* checkingChampion(champion: Champion, nMovies: number, nUsers: number): Steps<void> {
  const { dimension, movieEmbeddings, userEmbeddings, slope, intercept } = champion;
  if (movieEmbeddings && userEmbeddings) {
    checkLengths(nMovies * dimension, { movieEmbeddings });
    checkLengths(nUsers * dimension, { userEmbeddings });
    yield* checkingFinite("movie embeddings", movieEmbeddings);
    yield* checkingFinite("user embeddings", userEmbeddings);
  } else if (dimension !== 0) throw contradiction("should have vectors of no dimension", dimension);
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

/** A search for a word goes on from where the next one begins: were that elsewhere, it would not end. */
function checkWords(columns: WordColumns, nMovies: number): void {
  const { starts, offsets, movies, lengths } = columns;
  const nWords = starts.length - 1;
  checkLengths(nMovies, { "lengths of titles": lengths });
  checkRows("title words", offsets, nWords, movies.length);
  checkBelow("movies of title words", movies, nMovies);
  const text = textOf(columns);
  let begins = text.indexOf("\n") + 1;
  for (let w = 0; w < nWords; w++) {
    if (starts[w] !== begins) throw contradiction(`title word ${w} should begin at ${begins}`, starts[w]);
    begins = text.indexOf("\n", begins) + 1;
  }
  if (starts[nWords] !== text.length || begins !== text.length) {
    throw contradiction(`title words should end at ${text.length}`, starts[nWords]);
  }
}

function textOf(columns: WordColumns): string {
  try {
    return openWords(columns).text;
  } catch (error) {
    if (error instanceof TypeError) throw contradiction("should have title words in UTF-8", error.message);
    throw error;
  }
}

function checkBelow(name: string, values: Uint32Array | Uint16Array | Int32Array, end: number): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= end || values[i] < 0) throw contradiction(`${name} should be below ${end}`, values[i]);
  }
}

/** Entries that are looked at in one step: about a millisecond. */
const PIECE = 500_000;

// What loops over millions stands in functions of its own: in a generator it would take twice as long.

function* checkingRated(rated: RatedLists, nMovies: number): Steps<void> {
  const { userIds, offsets } = rated;
  for (let from = 0, to = 0; from < userIds.length; from = to) {
    const end = offsets[from] + PIECE;
    do to++; while (to < userIds.length && offsets[to] < end);
    checkRated(rated, nMovies, { from, to });
    yield;
  }
}

/** Tens of millions of entries: one pass, and no text unless something is wrong. */
function checkRated(
  { userIds, offsets, entries }: RatedLists,
  nMovies: number,
  users: { from: number; to: number },
): void {
  for (let user = users.from; user < users.to; user++) {
    const end = offsets[user + 1];
    let last = -1;
    for (let i = offsets[user]; i < end; i++) {
      const entry = entries[i];
      // Negative entries, of negative movies, come out as not ascending.
      if (entry >> 4 <= last) {
        throw contradiction(`rated movies of user ${userIds[user]} should ascend from 0`, entry >> 4);
      }
      if ((entry & 15) - 1 >>> 0 >= STAR_STEPS) {
        throw contradiction(`ratings of user ${userIds[user]} should be 1 to 10 half stars`, entry & 15);
      }
      last = entry >> 4;
    }
    if (last >= nMovies) throw contradiction(`rated movies should be below ${nMovies}`, last);
  }
}

function* checkingRecent({ offsets, entries }: Rows, nMovies: number): Steps<void> {
  for (let row = 1; row < offsets.length; row++) {
    const n = offsets[row] - offsets[row - 1];
    if (n > RECENT) throw contradiction(`should have at most ${RECENT} recent ratings of anybody`, n);
  }
  for (const piece of piecesOf(entries)) {
    checkRatings(piece, nMovies);
    yield;
  }
}

function checkRatings(entries: Int32Array, nMovies: number): void {
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (entry < 0 || entry >> 4 >= nMovies || (entry & 15) - 1 >>> 0 >= STAR_STEPS) {
      throw contradiction(`recent ratings should be of movies below ${nMovies}`, entry >> 4);
    }
  }
}

function* checkingFinite(name: string, values: Float32Array): Steps<void> {
  for (const piece of piecesOf(values)) {
    checkFinite(name, piece);
    yield;
  }
}

function checkFinite(name: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw contradiction(`${name} should be finite`, values[i]);
  }
}

function* piecesOf<A extends { length: number; subarray(from: number, to: number): A }>(
  array: A,
): Generator<A> {
  for (let from = 0; from < array.length; from += PIECE) yield array.subarray(from, from + PIECE);
}
