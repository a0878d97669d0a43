/** What a snapshot holds beside vectors: seen lists and users' sums, from the lake or from yesterday and the day. */
import type { FeatureState } from "../models/feature_state.ts";
import type { IdIndex } from "../models/id_index.ts";
import type { Ratings } from "../models/ratings.ts";
import { indexOfId, type SeenLists } from "../models/snapshot/seen_lists.ts";
import { createSeenPairs, mergeSeen } from "../models/snapshot/seen_pairs.ts";
import { encodeSnapshot, type Snapshot } from "../models/snapshot/snapshot.ts";
import { numericRows } from "../sql/binary_copy.ts";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import type { Embeddings } from "./_embeddings.ts";
import type { Movies } from "./_lake.ts";
import type { TaskContext } from "./runner/task.ts";

const KEYS_PER_CHUNK = 50_000;

/** What came after a snapshot. */
export interface Since {
  base: Snapshot;
  /** The ratings of the batches after it. */
  fresh: Ratings;
}

/** What was rated through `batchId`, as positions of movies; the server adds what is newer. */
export async function seenThrough(
  db: Db,
  { movies, users, batchId, since }: {
    movies: IdIndex;
    users: IdIndex;
    batchId: number;
    since: Since | null;
  },
): Promise<SeenLists> {
  const pairs = createSeenPairs();
  if (since !== null) {
    const { base, fresh } = since;
    for (let row = 0; row < fresh.length; row++) pairs.add(users.ids[fresh.users[row]], fresh.movies[row]);
    return mergeSeen(base.seen, pairs.finish(), base.movieIds.map((id) => positionOf(movies, id)));
  }
  const bytes = db.copyOut("lake/copy_seen", { batch_id: batchId });
  for await (const { n, columns: [userIds, movieIds] } of numericRows(bytes, ["int4", "int4"])) {
    for (let row = 0; row < n; row++) pairs.add(userIds[row], positionOf(movies, movieIds[row]));
  }
  return pairs.finish();
}

/** Sums of current ratings, one a user of the snapshot: those of `state`, and for the others those of `base`. */
export function ratingSumsOf(
  userIds: Int32Array,
  { state, users, base }: { state: FeatureState; users: IdIndex; base: Snapshot | null },
): Float64Array {
  return Float64Array.from(userIds, (id) => {
    const user = users.get(id);
    if (user !== undefined) return state.userSums[user];
    const known = base?.userIndex(id) ?? -1;
    if (known >= 0) return base!.userRatingSums[known];
    throw new RangeError(
      `Cannot publish as user ${id} is in the lake but has no features. Next: deno task daily --from features`,
    );
  });
}

/**
 * Places in the snapshot whose vectors a day changes: users and movies that were rated, and movies that are new or
 * of which other facts are known.
 */
export function changedSince(
  { base, fresh }: Since,
  { movies, users, userIds }: { movies: Movies; users: IdIndex; userIds: Int32Array },
): { users: Int32Array; movies: Int32Array } {
  const { catalogue } = movies;
  const isRatedUser = new Set(fresh.users);
  const isRatedMovie = new Set(fresh.movies);
  const places = Int32Array.from(userIds.keys());
  return {
    users: places.filter((place) => isRatedUser.has(users.get(userIds[place]) ?? -1)),
    movies: Int32Array.from(catalogue.movies.ids.keys()).filter((movie) =>
      isRatedMovie.has(movie) || !hasSameFacts(base, movies, movie)
    ),
  };
}

function hasSameFacts(base: Snapshot, { catalogue, genres }: Movies, movie: number): boolean {
  const before = base.movieIndex(catalogue.movies.ids[movie]);
  if (before < 0 || (base.year(before) ?? 0) !== catalogue.years[movie]) return false;
  const known = base.genresOf(before);
  const first = catalogue.genreStarts[movie];
  return known.length === catalogue.genreStarts[movie + 1] - first &&
    known.every((name, k) => name === genres[catalogue.genres[first + k]]);
}

/** The snapshot's bytes. */
export async function buildSnapshot(
  { db, day }: Pick<TaskContext, "db" | "day">,
  { movies, state, seen, userRatingSums, embeddings, batchId }: {
    movies: Movies;
    state: FeatureState;
    seen: SeenLists;
    userRatingSums: Float64Array;
    embeddings: Embeddings | null;
    batchId: number;
  },
): Promise<Uint8Array> {
  const { catalogue, titles, genres } = movies;
  const sources = await db.rows<Row<"raw_db.sources">>("status/sources");
  return encodeSnapshot({
    day,
    batchId,
    edition: sources.at(-1)?.edition ?? "",
    isSample: sources.some(({ is_sample }) => is_sample),
    genres,
    movies: {
      ids: catalogue.movies.ids,
      titles,
      years: Array.from(catalogue.years, (year) => year || null),
      genreIds: titles.map((_, movie) => [
        ...catalogue.genres.subarray(catalogue.genreStarts[movie], catalogue.genreStarts[movie + 1]),
      ]),
      nRatings: Uint32Array.from(state.movieCounts),
      ratingSums: state.movieSums,
      keys: await keysOf(db, "import/movie_keys", catalogue.movies.ids),
    },
    userKeys: await keysOf(db, "import/user_keys", seen.userIds),
    seen,
    userRatingSums,
    champion: embeddings,
  });
}

/** What `ids`, which ascend, are called outside; null where the archive's ids are numbers. */
export async function keysOf(
  db: Db,
  query: "import/user_keys" | "import/movie_keys",
  ids: Int32Array,
): Promise<string[] | null> {
  const keys: string[] = new Array(ids.length).fill("");
  let found = 0;
  for await (const rows of db.chunks<{ id: number; key: string }>(query, [], KEYS_PER_CHUNK)) {
    for (const { id, key } of rows) {
      const place = indexOfId(ids, id);
      if (place >= 0) keys[place] = key;
      found++;
    }
  }
  return found === 0 ? null : keys;
}

function positionOf(movies: IdIndex, id: number): number {
  const position = movies.get(id);
  if (position !== undefined) return position;
  throw new RangeError(
    `Cannot publish as movie ${id} is rated but not in data_lake_db.movies. Next: deno task import`,
  );
}
