/** What a snapshot holds beside vectors: rated lists and users' sums, from the lake or from yesterday and the day. */
import type { FeatureState } from "../models/feature_state.ts";
import { Histories } from "../models/histories.ts";
import type { IdIndex } from "../models/id_index.ts";
import type { Ratings } from "../models/ratings.ts";
import type { People } from "../models/people.ts";
import { movieOf, packRating, starsOf } from "../models/rating_entry.ts";
import { histogramsOf } from "../models/snapshot/histograms.ts";
import { mergeRated } from "../models/snapshot/merge_rated.ts";
import { createRatedPairs, type Rated, RECENT } from "../models/snapshot/rated_pairs.ts";
import { indexOfId } from "../models/snapshot/index_of_id.ts";
import type { ServingSettings } from "../models/snapshot/serving_settings.ts";
import { type Champion, encodeSnapshot, type Snapshot } from "../models/snapshot/snapshot.ts";
import { type NumericColumn, numericRows } from "../sql/binary_copy.ts";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import type { Movies } from "./_lake.ts";
import { readMovieWindows } from "./_movie_days.ts";
import type { TaskContext } from "./runner/task.ts";

const KEYS_PER_CHUNK = 50_000;
const RATED: NumericColumn[] = ["int4", "int4", "float4"];

type RangeRow = Pick<Row<"ops_db.batch_ranges">, "batch_id" | "lane" | "first_id" | "last_id">;

/** What came after a snapshot. */
export interface Since {
  base: Snapshot;
  /** The ratings of the batches after it. */
  fresh: Ratings;
}

/** What was rated through `batchId`, movies as positions; the server adds what is newer. */
export async function ratedThrough(
  db: Db,
  { movies, users, batchId, since }: {
    movies: IdIndex;
    users: IdIndex;
    batchId: number;
    since: Since | null;
  },
): Promise<Rated> {
  if (since !== null) {
    const { base, fresh } = since;
    const moved = base.movieIds.map((id) => positionOf(movies, id));
    return mergeRated(base, freshByUser(fresh, users), moved);
  }
  const pairs = createRatedPairs();
  const ranges = await db.rows<RangeRow>("lake/cleaned_ranges", [0, batchId]);
  for (const { batch_id, lane, first_id, last_id } of ranges) {
    const bytes = db.copyOut("lake/copy_rated", { batch_id, lane, first_id, last_id });
    for await (const { n, columns: [userIds, movieIds, stars] } of numericRows(bytes, RATED)) {
      for (let row = 0; row < n; row++) {
        pairs.add(userIds[row], positionOf(movies, movieIds[row]), stars[row]);
      }
    }
  }
  return pairs.finish();
}

/** Entries by user id, in arrival order; what came too late to count is left out. */
function freshByUser(fresh: Ratings, users: IdIndex): Map<number, number[]> {
  const byUser = new Map<number, number[]>();
  for (let row = 0; row < fresh.length; row++) {
    if (fresh.isStale[row]) continue;
    const id = users.ids[fresh.users[row]];
    const entry = packRating(fresh.movies[row], fresh.ratings[row]);
    const known = byUser.get(id);
    if (known === undefined) byUser.set(id, [entry]);
    else known.push(entry);
  }
  return byUser;
}

/**
 * What people have rated, of the lists that are published: no history is read from the lake, whoever goes live.
 *
 * By movie; of who needs no more than the last `length`, in order of first arrival.
 */
export function historiesIn(
  { rated, recent }: Rated,
  { users, ids, length = Infinity }: { users: IdIndex; ids: Iterable<number>; length?: number },
): Histories {
  const histories = new Histories();
  const { offsets, entries } = length <= RECENT ? recent : rated;
  for (const id of ids) {
    const row = indexOfId(rated.userIds, id);
    const user = users.get(id)!;
    for (let i = offsets[row]; i < offsets[row + 1]; i++) {
      histories.observe(user, movieOf(entries[i]), starsOf(entries[i]));
    }
  }
  return histories;
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
  { movies, state, rated: { rated, recent }, userRatingSums, people, champion, serving, batchId }: {
    movies: Movies;
    state: FeatureState;
    rated: Rated;
    userRatingSums: Float64Array;
    people: People;
    champion: Champion | null;
    serving: ServingSettings;
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
    totals: { nRatings: state.nRatings, ratingSum: state.ratingSum },
    serving,
    movies: {
      ids: catalogue.movies.ids,
      titles,
      years: Array.from(catalogue.years, (year) => year || null),
      genreIds: titles.map((_, movie) => [
        ...catalogue.genres.subarray(catalogue.genreStarts[movie], catalogue.genreStarts[movie + 1]),
      ]),
      nRatings: Uint32Array.from(state.movieCounts),
      ratingSums: state.movieSums,
      histograms: histogramsOf(rated.entries, titles.length),
      ...await readMovieWindows(db, catalogue.movies),
      keys: await keysOf(db, "import/movie_keys", catalogue.movies.ids),
    },
    userKeys: await keysOf(db, "import/user_keys", rated.userIds),
    rated,
    recent,
    userRatingSums,
    people,
    champion,
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
