/** A version of ours in MLflow: a run with its parameters, figures and files, and a version of the registered model. */
import { join } from "node:path";
import type { Row } from "../../../sql/tables.ts";
import { type MlflowClient, MlflowRefusal } from "./client.ts";
import { fieldsOf, keyOf, type MetricValue, tagsOf } from "./fields.ts";
import { close, log, openTracked, type Place } from "./tracked_run.ts";

export type VersionRow = Row<"ops_db.model_versions"> & { day: string; finished_at: Date | null };
type Measured = Pick<Row<"ops_db.model_metrics">, "run_id" | "protocol" | "slice" | "metric" | "value">;

export interface VersionOptions {
  /** The registered model's name. */
  model: string;
  /** Folder of artifacts and exports. */
  artifacts: string;
  /** The MLflow run of the run that trained it, where it is there. */
  parent?: string;
}

/** Sends `row`, and moves the alias `champion` to it where it is the champion. */
export async function sendVersion(place: Place, row: VersionRow, options: VersionOptions): Promise<void> {
  const { version, model, mode, parent, seed, config, metrics, created_at } = row;
  const subject = `version/${version}`;
  const tags = [
    ...tagsOf({
      version,
      model,
      mode,
      status: row.status,
      parent,
      day: row.day,
      manifest_hash: row.manifest_hash,
      from_batch: row.from_batch,
      through_batch: row.through_batch,
      n_ratings: row.n_ratings,
      rated_through: row.rated_through,
    }),
    ...(options.parent ? [{ key: "mlflow.parentRunId", value: options.parent }] : []),
  ];
  const tracked = await openTracked(place, {
    subject,
    name: `${model} ${version}`,
    startedAt: created_at,
    tags,
  });
  await log(place, tracked, {
    tags,
    params: fieldsOf({ model, mode, seed, engine: config.engine, simd: config.simd, config: config.config }),
    metrics: [
      ...await measuredOf(place, version),
      ...fitOf(metrics.fit, { timestamp: created_at.getTime(), step: row.run_id }),
    ],
  });
  for (const [name, path] of filesOf(row, options.artifacts)) {
    const bytes = await Deno.readFile(path).catch(unlessGone);
    if (bytes !== null) await place.client.upload(tracked.artifacts, `model/${name}`, bytes);
  }
  const number = await register(place.client, {
    model: options.model,
    run: tracked.id,
    source: `${tracked.artifacts}/model`,
    tags: tagsOf({ version, model }),
  });
  if (row.status === "champion") {
    await place.client.post("registered-models/alias", {
      name: options.model,
      alias: "champion",
      version: number,
    });
  }
  await close(place, tracked, { subject, status: "FINISHED", endedAt: row.decided_at ?? created_at });
}

/** Every figure that was ever measured of it, the run's number as step: a champion is scored anew each day. */
async function measuredOf({ db }: Place, version: string): Promise<MetricValue[]> {
  const rows = await db.rows<Measured & { finished_at: Date }>("mlflow/measured_of_version", [version]);
  return rows.map(({ run_id, protocol, slice, metric, value, finished_at }) => ({
    key: keyOf(protocol, slice, metric),
    value,
    timestamp: finished_at.getTime(),
    step: run_id,
  }));
}

function fitOf(fit: unknown, at: Pick<MetricValue, "timestamp" | "step">): MetricValue[] {
  if (typeof fit !== "object" || fit === null) return [];
  return Object.entries(fit).flatMap(([name, value]) =>
    typeof value === "number" ? [{ key: keyOf("fit", name), value, ...at }] : []
  );
}

function filesOf({ artifact, version }: VersionRow, artifacts: string): [name: string, path: string][] {
  const exports = join(artifacts, "exports", version);
  return [
    ["artifact.bin", join(artifacts, artifact)],
    ["card.md", join(exports, "card.md")],
    ["model.keras", join(exports, "model.keras")],
  ];
}

function unlessGone(error: unknown): null {
  if (error instanceof Deno.errors.NotFound) return null;
  throw error;
}

async function register(
  client: MlflowClient,
  { model, run, source, tags }: {
    model: string;
    run: string;
    source: string;
    tags: { key: string; value: string }[];
  },
): Promise<string> {
  const filter = `name = '${model}' and run_id = '${run}'`;
  const { model_versions: known } = await client.get("model-versions/search", { filter }) as {
    model_versions?: { version: string }[];
  };
  if (known?.[0] !== undefined) return known[0].version;
  await unlessKnown(() => client.post("registered-models/create", { name: model }));
  const answer = await client.post("model-versions/create", { name: model, source, run_id: run, tags });
  return (answer.model_version as { version: string }).version;
}

async function unlessKnown(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof MlflowRefusal) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
  }
}
