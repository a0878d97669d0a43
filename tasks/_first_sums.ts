/**
 * The feature sums of an archive's first batch, which may be 32 million ratings: one pass over typed arrays, in the
 * state that models keep as well, and then one row per user and movie. Memory grows with users and movies only.
 */
import { FeatureState } from "../models/feature_state.ts";
import { IdIndex } from "../models/id_index.ts";
import { type NumericColumn, numericRows } from "../sql/binary_copy.ts";
import type { Db } from "../sql/db.ts";
import { type Range, ratingChunks } from "./_batches.ts";
import { readCatalogue } from "./_lake.ts";
import type { TaskContext } from "./runner/task.ts";

const COLUMNS: NumericColumn[] = ["int4", "int4", "float4", "float4"];
const LINES_A_PIECE = 2_000;

export interface FirstSums {
  state: FeatureState;
  /** Positions in `state` by user id. */
  users: IdIndex;
}

/** Adds up the lake's ratings of `ranges`, `chunk` of them a statement. */
export async function addUpFirst(
  context: TaskContext,
  { ranges, chunk }: { ranges: readonly Range[]; chunk: number },
): Promise<FirstSums> {
  const { db, signal } = context;
  const sums = { state: new FeatureState(await readCatalogue(db)), users: new IdIndex() };
  for (const piece of ratingChunks(ranges, { size: chunk, context })) {
    for await (
      const { n, columns } of numericRows(db.copyOut("features/copy_first_ratings", piece), COLUMNS)
    ) {
      signal.throwIfAborted();
      observeRows(sums, n, columns);
    }
  }
  signal.throwIfAborted();
  return sums;
}

function observeRows({ state, users }: FirstSums, n: number, columns: readonly Float64Array[]): void {
  const { movies } = state.catalogue;
  const [userIds, movieIds, ratings, replaces] = columns;
  for (let row = 0; row < n; row++) {
    const movie = movies.get(movieIds[row]);
    if (movie === undefined) {
      throw new RangeError(`Cannot add up ratings of movie ${movieIds[row]}: data_lake_db.movies lacks it`);
    }
    state.observe(users.add(userIds[row]), movie, ratings[row], replaces[row]);
  }
}

/** Writes the rows of all users and movies that have a rating; returns how many there are of each. */
export async function writeFirst(
  tx: Db,
  { state, users }: FirstSums,
): Promise<{ users: number; movies: number }> {
  const { movies } = state.catalogue;
  const rated = inOrder(movies).filter((position) => state.movieCounts[position] > 0);
  await tx.copyIn(
    "features/load_users",
    lines(inOrder(users), (position) => {
      const { nRatings, ratingSum, genreCounts, genreSums } = state.user(position);
      return `${users.ids[position]}\t${nRatings}\t${ratingSum}\t{${genreCounts}}\t{${genreSums}}`;
    }),
  );
  await tx.copyIn(
    "features/load_movies",
    lines(
      rated,
      (position) => `${movies.ids[position]}\t${state.movieCounts[position]}\t${state.movieSums[position]}`,
    ),
  );
  if (users.size > 0) await tx.execute("features/insert_totals", [state.nRatings, state.ratingSum]);
  return { users: users.size, movies: rated.length };
}

/** Positions by ascending id: keys that come in order make compact indexes. */
function inOrder({ ids }: IdIndex): number[] {
  return Array.from(ids.keys()).sort((a, b) => ids[a] - ids[b]);
}

function* lines(positions: readonly number[], lineOf: (position: number) => string): Generator<Uint8Array> {
  const text = new TextEncoder();
  for (let from = 0; from < positions.length; from += LINES_A_PIECE) {
    const piece = positions.slice(from, from + LINES_A_PIECE).map((position) => `${lineOf(position)}\n`);
    yield text.encode(piece.join(""));
  }
}
