/**
 * The champion's vectors for the snapshot: of everybody, or yesterday's and anew those of whom a day changed.
 *
 * A vector follows its own user's or movie's sums and facts, and the running mean, which every rating moves. So the
 * mean that vectors are as of stays (it is pinned) until the true one has left it by MEAN_TOLERANCE: then, and when
 * another version is champion, all are computed anew. The line to stars always has the true mean.
 */
import { breathe } from "../models/breathe.ts";
import type { FeatureState } from "../models/feature_state.ts";
import { Histories } from "../models/histories.ts";
import type { IdIndex } from "../models/id_index.ts";
import type { People } from "../models/people.ts";
import type { Champion, Snapshot } from "../models/snapshot/snapshot.ts";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import type { Version } from "./_versions.ts";

/** Stars: a hundredth of the smallest difference between two ratings. */
const MEAN_TOLERANCE = 0.005;
const ROWS_PER_BREATH = 2_000;

/** What is served of a model with vectors, but for its artifact. */
export type Embeddings = Omit<Champion, "artifact"> & {
  movieEmbeddings: Float32Array;
  userEmbeddings: Float32Array;
};

/** With which mean, and whether all vectors are to be computed anew. */
export interface EmbeddingPlan {
  mean: number;
  isWhole: boolean;
}

/** What a publication has to compute, `mean` being the true running mean of now. */
export async function planEmbeddings(
  db: Db,
  { row: { version } }: Version,
  { base, mean }: { base: Snapshot | null; mean: number },
): Promise<EmbeddingPlan> {
  const stored = await db.row<Pick<Row<"processed_db.embedding_versions">, "batch_id" | "mean">>(
    "publish/embedding_version",
    [version],
  );
  if (stored === undefined || Math.abs(stored.mean - mean) > MEAN_TOLERANCE) return { mean, isWhole: true };
  // Rows may be ahead of the snapshot (killed in between): what came since the snapshot is computed again.
  const isBase = base?.champion?.version === version && base.champion.mean === stored.mean &&
    stored.batch_id >= base.batchId;
  return { mean: stored.mean, isWhole: !isBase };
}

export interface EmbeddingOptions {
  plan: EmbeddingPlan;
  /** The sums of now; of users, at least of those whose vectors are computed. Pins its mean. */
  state: FeatureState;
  users: IdIndex;
  people: People;
  /**
   * What the people of these ids have rated, or the last `historyLength` of it: asked for those whose vectors are
   * computed, some at a time.
   */
  readHistories(ids: readonly number[], historyLength?: number): Histories | Promise<Histories>;
  /** The snapshot's users, ascending. */
  userIds: Int32Array;
  base: Snapshot | null;
  /** Places in `userIds` and in the catalogue whose vectors are not those of `base`; null: all. */
  changed: { users: Int32Array; movies: Int32Array } | null;
  signal: AbortSignal;
}

/** The version's vectors in the snapshot's order; null for a model that has none. */
export async function embeddingsOf(
  { row, scorer }: Version,
  options: EmbeddingOptions,
): Promise<Embeddings | null> {
  const { embedder } = scorer;
  if (embedder === undefined) return null;
  const { plan, state, users, userIds, people, base, changed, signal } = options;
  const none = new Histories();
  const { movies } = state.catalogue;
  const { dimension } = embedder;
  const moment = { state, histories: none, users, people };
  const line = embedder.line(moment);
  state.pinnedMean = plan.mean;
  const old = plan.isWhole ? null : base;
  const from = old?.champion ?? null;
  const userVectors = moved(from?.userEmbeddings, dimension, { ids: userIds, from: old?.userIds });
  const movieVectors = moved(from?.movieEmbeddings, dimension, { ids: movies.ids, from: old?.movieIds });
  const all = (ids: Int32Array) => ids.keys();
  const places = plan.isWhole ? Int32Array.from(all(userIds)) : changed!.users;
  for (let at = 0; at < places.length; at += ROWS_PER_BREATH) {
    const some = places.subarray(at, at + ROWS_PER_BREATH);
    const ids = Array.from(some, (place) => userIds[place]);
    const histories = embedder.readsHistories
      ? await options.readHistories(ids, embedder.historyLength)
      : none;
    for (const place of some) {
      embedder.embedUser(
        { ...moment, histories },
        users.get(userIds[place])!,
        userVectors,
        place * dimension,
      );
    }
    await breathe(signal);
  }
  for (const movie of plan.isWhole ? all(movies.ids) : changed!.movies) {
    embedder.embedMovie(moment, movie, movieVectors, movie * dimension);
    if (movie % ROWS_PER_BREATH === 0) await breathe(signal);
  }
  const { version, model } = row;
  return {
    version,
    model,
    dimension,
    mean: plan.mean,
    movieEmbeddings: movieVectors,
    userEmbeddings: userVectors,
    ...line,
  };
}

/** Rows of `vectors` at the places that their ids have among `ids` now; zeros for new ids. Both ascend. */
function moved(
  vectors: Float32Array | null | undefined,
  dimension: number,
  { ids, from }: { ids: Int32Array; from?: Int32Array },
): Float32Array {
  const out = new Float32Array(ids.length * dimension);
  if (!vectors || from === undefined) return out;
  for (let at = 0, i = 0; i < from.length; i++) {
    while (ids[at] < from[i]) at++;
    if (ids[at] === from[i]) out.set(vectors.subarray(i * dimension, (i + 1) * dimension), at * dimension);
  }
  return out;
}
