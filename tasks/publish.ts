/**
 * Hands the server a fresh snapshot every day: features, rated lists and popularity of now; the model changes only
 * when the gate has promoted one.
 *
 * Order: write the snapshot aside, verify it, commit `publishing`, move the pointer, commit `published` and notify.
 * A kill in between is finished or undone by the next attempt, by what the pointer says.
 */
import { join } from "node:path";
import { z } from "zod";
import type { Catalogue } from "../models/catalogue.ts";
import { IdIndex } from "../models/id_index.ts";
import { simdHere } from "../models/kernels/_sources.ts";
import { compileKernels } from "../models/kernels/compile.ts";
import type { Ratings } from "../models/ratings.ts";
import type { Champion, Snapshot } from "../models/snapshot/snapshot.ts";
import type { Row } from "../sql/tables.ts";
import { storeArtifact, sweepArtifacts, verifyArtifact } from "./_artifacts.ts";
import { readBase } from "./_base_snapshot.ts";
import { writeEmbeddings } from "./_embedding_rows.ts";
import { hasErased, settleErasures } from "./_erasures.ts";
import { exportChampion } from "./_exports.ts";
import { type Embeddings, embeddingsOf, planEmbeddings } from "./_embeddings.ts";
import { readFeatureState, readMovies } from "./_lake.ts";
import { readPeople } from "./_people.ts";
import { movePointer, type Pointer, readPointer } from "./_pointer.ts";
import { collect, readRatings, usersOf } from "./_ratings.ts";
import { buildSnapshot, changedSince, historiesIn, ratedThrough, ratingSumsOf } from "./_snapshot.ts";
import { resolveServing, servingInWords } from "./_serving.ts";
import { newestBatchOf, readChampion, type Version } from "./_versions.ts";
import type { Decision, DecisionOptions, PlanState } from "./runner/plan/plan_state.ts";
import { type StageResult, task, type TaskContext } from "./runner/task.ts";

/** Snapshots that stay on disk: the one that is served, the one before it, and the last of the model before. */
const KEPT_SNAPSHOTS = 2;

export default task({
  params: z.strictObject({}),
  reads: [
    "data_lake_db.ratings",
    "data_lake_db.movies",
    "data_lake_db.genres",
    "raw_db.users",
    "processed_db.user_features",
    "processed_db.movie_features",
    "processed_db.rating_totals",
    "processed_db.movie_days",
  ],
  readsPrevious: ["ops_db.model_versions", "ops_db.erasures"],
  writes: [
    "processed_db.movie_embeddings",
    "processed_db.user_embeddings",
    "processed_db.embedding_versions",
    "ops_db.publications",
    "ops_db.erasures",
  ],

  plan: planPublication,

  async run(context): Promise<StageResult> {
    const { db, artifacts, run, signal } = context;
    await settlePublications(context);
    const batchId = await newestBatchOf(db, "features");
    if (batchId === null) {
      throw new RangeError("Cannot publish as no batch has features. Next: deno task daily --from ingest");
    }
    const champion = await readChampion(context);
    const { bytes, nRatings, nUsers } = await nextSnapshot(context, { champion, batchId });
    const { path: snapshot, sha256 } = await storeArtifact(artifacts, "snapshots", bytes);
    // Of these bytes every figure was looked at when they were made: on disk they are the same.
    await verifyArtifact(artifacts, snapshot, bytes);
    // The server may neither write nor compile: it finds the scan that its vectors are searched with.
    await compileKernels({ entry: "scan", simd: simdHere("relaxed"), cache: join(artifacts, "kernels") });
    signal.throwIfAborted();
    const version = champion?.row.version ?? null;
    const row = await db.row<Pick<Pointer, "publication_id" | "published_at">>(
      "publish/insert_publication",
      [run.id, version, batchId, snapshot, sha256],
    );
    const pointer: Pointer = {
      publication_id: row!.publication_id,
      snapshot,
      sha256,
      version,
      batch_id: batchId,
      published_at: row!.published_at,
    };
    await movePointer(artifacts, pointer);
    await db.row("publish/finish_publication", [pointer.publication_id]);
    await sweep(context);
    if (champion !== null) await exportChampion(context, champion);
    return { rowsIn: nRatings, rowsOut: nUsers, version, batch: batchId, snapshot };
  },
});

function planPublication(
  { finished, champion, published, genres = [], importsFirst }: PlanState,
  { settings }: Pick<DecisionOptions<unknown>, "settings">,
): Decision {
  const batch = finished.features ?? -1;
  if (batch < 0) return { action: "skip", reason: "no batch has features yet" };
  const what = champion === null ? "popularity alone" : `model ${champion.version}`;
  const change = champion !== null && published?.version === champion.version ? ", which is live" : "";
  return {
    action: "run",
    reason: [
      `features and seen lists as of batch ${batch}, ${what}${change}`,
      ...servingInWords(settings.serving, importsFirst ? null : genres),
    ].join("; "),
    outcomes: [{ published: { version: champion?.version ?? null, batch } }],
  };
}

/**
 * Today's snapshot, and its vectors in `processed_db`: yesterday's and what came since, or anew from all there is.
 * Both ways give the same bytes.
 */
async function nextSnapshot(
  context: TaskContext,
  { champion, batchId }: { champion: Version | null; batchId: number },
) {
  const { db, settings, signal } = context;
  const movies = await readMovies(db);
  const { catalogue } = movies;
  const users = new IdIndex();
  const base = await readBase(context, { champion, movies, batchId });
  const since = base && { base, fresh: await freshSince(context, base, { users, catalogue, batchId }) };
  const totals = await db.row<Row<"processed_db.rating_totals">>("features/totals");
  const mean = totals === undefined ? 0 : totals.rating_sum / totals.n_ratings;
  const plan = champion?.scorer.embedder && await planEmbeddings(db, champion, { base, mean });
  const isPartial = since !== null && !plan?.isWhole;
  const of = isPartial ? usersOf(since.fresh, { users }) : undefined;
  const state = await readFeatureState(db, { catalogue, users, of });
  const rated = await ratedThrough(db, { movies: catalogue.movies, users, batchId, since });
  const { userIds } = rated.rated;
  const people = await readPeople(db);
  const userRatingSums = ratingSumsOf(userIds, { state, users, base });
  const changed = since && isPartial ? changedSince(since, { movies, users, userIds }) : null;
  const embeddings = champion && plan
    ? await embeddingsOf(champion, {
      plan,
      state,
      users,
      userIds,
      base,
      changed,
      people,
      readHistories: (ids, length) => historiesIn(rated, { users, ids, length }),
      signal,
    })
    : null;
  if (embeddings) {
    await writeEmbeddings(db, embeddings, {
      userIds,
      movieIds: catalogue.movies.ids,
      changed,
      batchId,
      signal,
    });
  }
  const served = champion && championOf(champion, embeddings, state.mean);
  const bytes = await buildSnapshot(context, {
    movies,
    state,
    rated,
    userRatingSums,
    people,
    champion: served,
    serving: await resolveServing(context, settings.serving, {
      champion: champion?.row.version ?? null,
      genres: movies.genres,
    }),
    batchId,
  });
  return { bytes, nRatings: state.nRatings, nUsers: userIds.length };
}

/** What came after `base`, through `batchId`. */
function freshSince(
  { db, settings: { seed, holdoutDays } }: TaskContext,
  base: Snapshot,
  { users, catalogue, batchId }: { users: IdIndex; catalogue: Catalogue; batchId: number },
): Promise<Ratings> {
  const rule = { seed, newestBatch: batchId, holdoutDays };
  return collect(readRatings(db, { users, catalogue, rule, batches: [base.batchId + 1, batchId] }));
}

/** What the server gets of a champion: its artifact, and its vectors where it has any. */
function championOf({ row, bytes }: Version, embeddings: Embeddings | null, mean: number): Champion {
  const { version, model } = row;
  const none = { dimension: 0, movieEmbeddings: null, userEmbeddings: null, slope: 1, intercept: 0, mean };
  return { version, model, ...none, ...embeddings, artifact: bytes };
}

/** Finishes what the pointer names already, and undoes the rest. */
async function settlePublications(context: TaskContext): Promise<void> {
  const unfinished = await context.db.rows<Pointer>("publish/unfinished");
  if (unfinished.length === 0) return;
  const pointed = await readPointer(context.artifacts);
  const isPointed = ({ publication_id, snapshot }: Pointer) =>
    publication_id === pointed?.publication_id && snapshot === pointed.snapshot;
  if (unfinished.some(isPointed)) {
    await context.db.row("publish/finish_publication", [pointed!.publication_id]);
  }
  await context.db.execute("publish/undo_publications", [pointed?.publication_id ?? 0]);
}

async function sweep({ db, artifacts }: TaskContext): Promise<void> {
  // The one before knows whoever was erased since.
  const n = await hasErased(db) ? 1 : KEPT_SNAPSHOTS;
  const rows = await db.rows<{ snapshot: string }>("publish/newest_snapshots", [n]);
  const kept = new Set(rows.map(({ snapshot }) => snapshot));
  await sweepArtifacts(artifacts, "snapshots", (path) => kept.has(path));
  await settleErasures(db);
}
