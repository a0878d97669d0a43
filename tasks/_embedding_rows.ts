/**
 * Vectors as rows of `processed_db`: all of a version, or those that a day changed.
 *
 * Binary COPY (PostgreSQL manual, "COPY", file formats): every row has the same length, so rows are cut from a
 * template that holds version, lengths and array header, and only the id and the values are written.
 */
import { breathe } from "../models/breathe.ts";
import type { Db } from "../sql/db.ts";
import type { Embeddings } from "./_embeddings.ts";

const SIGNATURE = Uint8Array.of(
  ...new TextEncoder().encode("PGCOPY\n"),
  0xff,
  13,
  10,
  0,
  ...new Uint8Array(8),
);
const TRAILER = Uint8Array.of(0xff, 0xff);
const PIECE_ROWS = 2_048;
/** Type `real` in PostgreSQL's catalogue. */
const REAL_OID = 700;

interface Named {
  /** One id a vector. */
  ids: Int32Array;
  vectors: Float32Array; // [ids × dimension]
  /** Which of them changed, ascending; null: all. */
  changed: Int32Array | null;
}

export interface EmbeddingRows {
  /** Whose vectors these are, one a row. */
  userIds: Int32Array;
  movieIds: Int32Array;
  /** Which of them changed, ascending; null: all. */
  changed: { users: Int32Array; movies: Int32Array } | null;
  /** The newest batch in the sums behind the vectors. */
  batchId: number;
  signal: AbortSignal;
}

/** Brings the version's rows in `processed_db` up to date, in one transaction. */
export async function writeEmbeddings(
  db: Db,
  embeddings: Embeddings,
  { userIds, movieIds, changed, batchId, signal }: EmbeddingRows,
): Promise<void> {
  const { version, dimension, mean } = embeddings;
  const users = { ids: userIds, vectors: embeddings.userEmbeddings, changed: changed?.users ?? null };
  const movies = { ids: movieIds, vectors: embeddings.movieEmbeddings, changed: changed?.movies ?? null };
  await db.transaction(async (tx) => {
    const rows = (named: Named) => vectorRows(named, { version, dimension, signal });
    if (changed === null) {
      await dropOld(tx, version);
      await tx.copyIn("publish/copy_movie_embeddings", rows(movies));
      await tx.copyIn("publish/copy_user_embeddings", rows(users));
    } else {
      await tx.execute("publish/create_staged_embeddings");
      await tx.copyIn("publish/copy_staged_embeddings", rows(movies));
      await tx.execute("publish/upsert_movie_embeddings");
      await tx.execute("publish/truncate_staged_embeddings");
      await tx.copyIn("publish/copy_staged_embeddings", rows(users));
      await tx.execute("publish/upsert_user_embeddings");
    }
    await tx.execute("publish/upsert_embedding_version", [version, batchId, mean]);
  });
}

/** Makes room for the version anew; rows of versions that no longer count go. */
async function dropOld(tx: Db, version: string): Promise<void> {
  const rows = await tx.rows<{ version: string }>("publish/kept_versions");
  const kept = JSON.stringify(rows.map(({ version }) => version));
  await tx.execute("publish/delete_movie_embeddings", [version, kept]);
  await tx.execute("publish/delete_user_embeddings", [version, kept]);
  await tx.execute("publish/delete_embedding_versions", [version, kept]);
}

interface Shape {
  version: string;
  dimension: number;
  signal: AbortSignal;
}

/** The bytes of one COPY: version, id, vector. */
async function* vectorRows(
  { ids, vectors, changed }: Named,
  { version, dimension, signal }: Shape,
): AsyncGenerator<Uint8Array> {
  yield SIGNATURE;
  const { row, idAt, valuesAt } = templateOf(version, dimension);
  const n = changed?.length ?? ids.length;
  for (let from = 0; from < n; from += PIECE_ROWS) {
    const size = Math.min(PIECE_ROWS, n - from);
    const bytes = new Uint8Array(size * row.length);
    const view = new DataView(bytes.buffer);
    for (let i = 0, at = 0; i < size; i++, at += row.length) {
      const which = changed === null ? from + i : changed[from + i];
      bytes.set(row, at);
      view.setInt32(at + idAt, ids[which]);
      for (let k = 0; k < dimension; k++) {
        view.setFloat32(at + valuesAt + 8 * k, vectors[which * dimension + k]);
      }
    }
    yield bytes;
    await breathe(signal);
  }
  yield TRAILER;
}

/** One row with its lengths: int16 fields; int32 length and text; the same and id; the same and array. */
function templateOf(version: string, dimension: number) {
  const name = new TextEncoder().encode(version);
  const idAt = 2 + 4 + name.length + 4;
  const arrayAt = idAt + 4 + 4;
  const valuesAt = arrayAt + 20 + 4;
  const row = new Uint8Array(valuesAt - 4 + 8 * dimension);
  const view = new DataView(row.buffer);
  view.setInt16(0, 3);
  view.setInt32(2, name.length);
  row.set(name, 6);
  view.setInt32(idAt - 4, 4);
  view.setInt32(arrayAt - 4, 20 + 8 * dimension);
  [1, 0, REAL_OID, dimension, 1].forEach((value, i) => view.setInt32(arrayAt + 4 * i, value));
  for (let k = 0; k < dimension; k++) view.setInt32(valuesAt - 4 + 8 * k, 4);
  return { row, idAt, valuesAt };
}
