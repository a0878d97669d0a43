/** Every user's and movie's vector as of now, for those who look at them elsewhere. */
import { IdIndex } from "../../models/id_index.ts";
import { embeddingsOf } from "../_embeddings.ts";
import { readFeatureState, readMovies } from "../_lake.ts";
import { readPeople } from "../_people.ts";
import { readHistoriesThrough } from "../_ratings.ts";
import { keysOf } from "../_snapshot.ts";
import { newestBatchOf, type Version } from "../_versions.ts";
import type { Pool } from "../../sql/db.ts";

/** One side's vectors: row i belongs to id i, ids ascending. */
export interface Vectors {
  name: "movie" | "user";
  ids: Int32Array;
  /** What the ids are called outside; null where they are numbers. */
  keys: string[] | null;
  values: Float32Array; // [ids × dimension]
}

export interface AllVectors {
  dimension: number;
  /** The newest batch whose ratings the features hold. */
  batch: number;
  /** stars = slope · ⟨user, movie⟩ + intercept. */
  slope: number;
  intercept: number;
  sides: Vectors[];
}

/** Null for a model that has no vectors. */
export async function vectorsOf(db: Pool, version: Version, signal: AbortSignal): Promise<AllVectors | null> {
  if (version.scorer.embedder === undefined) return null;
  const { catalogue } = await readMovies(db);
  const users = new IdIndex();
  const state = await readFeatureState(db, { catalogue, users });
  const userIds = users.ids.slice().sort();
  const people = await readPeople(db);
  const batchId = await newestBatchOf(db, "features") ?? -1;
  const plan = { mean: state.mean, isWhole: true };
  const found = await embeddingsOf(version, {
    plan,
    state,
    users,
    userIds,
    people,
    base: null,
    changed: null,
    readHistories: (ids) => readHistoriesThrough(db, { users, catalogue, batchId, ids }),
    signal,
  });
  if (found === null) return null;
  const movieIds = catalogue.movies.ids;
  return {
    dimension: found.dimension,
    batch: batchId,
    slope: found.slope,
    intercept: found.intercept,
    sides: [
      {
        name: "movie",
        ids: movieIds,
        keys: await keysOf(db, "import/movie_keys", movieIds),
        values: found.movieEmbeddings,
      },
      {
        name: "user",
        ids: userIds,
        keys: await keysOf(db, "import/user_keys", userIds),
        values: found.userEmbeddings,
      },
    ],
  };
}
