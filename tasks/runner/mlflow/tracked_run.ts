/** One MLflow run for one subject of ours (a run, a version): opened once, and written to as often as it changes. */
import type { Db } from "../../../sql/db.ts";
import type { Row } from "../../../sql/tables.ts";
import type { MlflowClient } from "./client.ts";
import { type Field, type MetricValue, tagsOf } from "./fields.ts";

export interface Place {
  client: MlflowClient;
  db: Db;
  /** The server's address: what the ledger keeps its runs under. */
  server: string;
  experiment: string;
  /** Tells archives apart that share an experiment. */
  archive: string;
}

export interface Subject {
  /** `run/41` or `version/0123456789abcdef`. */
  subject: string;
  /** What people see. */
  name: string;
  startedAt: Date;
  tags: readonly Field[];
}

export interface TrackedRun {
  id: string;
  /** Where its files go. */
  artifacts: string;
}

interface RunInfo {
  run_id: string;
  artifact_uri: string;
}

/** The subject's MLflow run: the one that the ledger or the server knows, or a new one. */
export async function openTracked(
  place: Place,
  { subject, name, startedAt, tags }: Subject,
): Promise<TrackedRun> {
  const { client, db, server, experiment, archive } = place;
  const known = await db.row<Row<"ops_db.mlflow_runs">>("mlflow/known_run", [server, subject]);
  const info = known ? await infoOf(client, known.mlflow_run_id) : await foundOnServer(place, subject);
  if (info !== null) return await keep(info);
  const answer = await client.post("runs/create", {
    experiment_id: experiment,
    run_name: name,
    start_time: startedAt.getTime(),
    tags: [...tagsOf({ subject, archive }), ...tags],
  });
  return await keep((answer.run as { info: RunInfo }).info);

  async function keep({ run_id, artifact_uri }: RunInfo): Promise<TrackedRun> {
    await db.execute("mlflow/upsert_run", [server, subject, run_id, false]);
    return { id: run_id, artifacts: artifact_uri };
  }
}

/** Null where somebody has deleted it. */
async function infoOf(client: MlflowClient, id: string): Promise<RunInfo | null> {
  const { run } = await client.get("runs/get", { run_id: id }) as {
    run: { info: RunInfo & { lifecycle_stage: string } };
  };
  return run.info.lifecycle_stage === "active" ? run.info : null;
}

/** A run that was opened by a process that died before its row was written. */
async function foundOnServer(
  { client, experiment, archive }: Place,
  subject: string,
): Promise<RunInfo | null> {
  const { runs } = await client.post("runs/search", {
    experiment_ids: [experiment],
    filter: `tags.\`matinee.subject\` = '${subject}' and tags.\`matinee.archive\` = '${archive}'`,
    max_results: 1,
  }) as { runs?: { info: RunInfo }[] };
  return runs?.[0]?.info ?? null;
}

/** Metrics and parameters that one request may carry. */
const BATCH = 100;

/** Writes what there is of a subject; metrics of the same step and time again change nothing. */
export async function log(
  { client }: Place,
  { id }: TrackedRun,
  { metrics = [], params = [], tags = [] }: {
    metrics?: readonly MetricValue[];
    params?: readonly Field[];
    tags?: readonly Field[];
  },
): Promise<void> {
  const finite = metrics.filter(({ value }) => Number.isFinite(value));
  for (let at = 0; at < Math.max(finite.length, params.length, tags.length); at += BATCH) {
    await client.post("runs/log-batch", {
      run_id: id,
      metrics: finite.slice(at, at + BATCH),
      params: params.slice(at, at + BATCH),
      tags: tags.slice(at, at + BATCH),
    });
  }
}

/** Says how the run ended, and that all of it is there. */
export async function close(
  { client, db, server }: Place,
  { id }: TrackedRun,
  { subject, status, endedAt }: { subject: string; status: "FINISHED" | "FAILED" | "KILLED"; endedAt: Date },
): Promise<void> {
  await client.post("runs/update", { run_id: id, status, end_time: endedAt.getTime() });
  await db.execute("mlflow/upsert_run", [server, subject, id, true]);
}
