/** A version's vectors of all users and movies, as of now: for the snapshot, and for SQL in `processed_db`. */
import { breathe } from "../models/breathe.ts";
import type { FeatureState } from "../models/feature_state.ts";
import { Histories } from "../models/histories.ts";
import type { IdIndex } from "../models/id_index.ts";
import { movieVectors } from "../models/retriever.ts";
import type { Db } from "../sql/db.ts";
import type { Version } from "./_versions.ts";

export interface Embeddings {
  version: string;
  model: string;
  dimension: number;
  movies: Float32Array; // [movies × dimension]
  users: Float32Array; // [users × dimension]
  /** stars = slope · ⟨user, movie⟩ + intercept. */
  slope: number;
  intercept: number;
}

const USERS_PER_BREATH = 2_000;

/** The vectors of every user and movie; null for a model that has none. */
export async function embeddingsOf(
  { row, scorer }: Version,
  { state, users, signal }: { state: FeatureState; users: IdIndex; signal: AbortSignal },
): Promise<Embeddings | null> {
  const { embedder } = scorer;
  if (embedder === undefined) return null;
  const moment = { state, histories: new Histories() };
  const { dimension } = embedder;
  const vectors = new Float32Array(users.size * dimension);
  for (let user = 0; user < users.size; user++) {
    embedder.embedUser(moment, user, vectors, user * dimension);
    if (user % USERS_PER_BREATH === 0) await breathe(signal);
  }
  const { version, model } = row;
  return {
    version,
    model,
    dimension,
    movies: movieVectors(embedder, moment),
    users: vectors,
    ...embedder.line(moment),
  };
}

/** Replaces the version's rows in `processed_db`; rows of versions that no longer count go. */
export async function writeEmbeddings(
  db: Db,
  { version, dimension, ...vectors }: Embeddings,
  { users, movies, signal }: { users: IdIndex; movies: IdIndex; signal: AbortSignal },
): Promise<void> {
  const kept = (await db.rows<{ version: string }>("publish/kept_versions")).map(({ version }) => version);
  await db.transaction(async (tx) => {
    await tx.execute("publish/delete_movie_embeddings", [version, JSON.stringify(kept)]);
    await tx.execute("publish/delete_user_embeddings", [version, JSON.stringify(kept)]);
    const rows = { version, dimension, signal };
    await tx.copyIn("publish/copy_movie_embeddings", copyRows(movies.ids, vectors.movies, rows));
    await tx.copyIn("publish/copy_user_embeddings", copyRows(users.ids, vectors.users, rows));
  });
}

/** Lines of COPY's text format: version, id, {values}. */
async function* copyRows(
  ids: Int32Array,
  vectors: Float32Array,
  { version, dimension, signal }: { version: string; dimension: number; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let from = 0; from < ids.length; from += USERS_PER_BREATH) {
    const chunk = ids.subarray(from, from + USERS_PER_BREATH);
    const lines = Array.from(chunk, (id, i) => {
      const at = (from + i) * dimension;
      return `${version}\t${id}\t{${vectors.subarray(at, at + dimension).join(",")}}\n`;
    });
    yield encoder.encode(lines.join(""));
    await breathe(signal);
  }
}
