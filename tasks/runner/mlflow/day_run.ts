/** A run of ours in MLflow: how its stages went, what was measured, the manifest it worked by. */
import { type Run, stageRuns } from "../run/journal.ts";
import type { Row } from "../../../sql/tables.ts";
import { fieldsOf, keyOf, type MetricValue, tagsOf } from "./fields.ts";
import { close, log, openTracked, type Place } from "./tracked_run.ts";

type Measured = Pick<Row<"ops_db.model_metrics">, "version" | "protocol" | "slice" | "metric" | "value">;
type Watched = Pick<Row<"ops_db.metric_history">, "metric" | "slice" | "value">;

const STATUS = { succeeded: "FINISHED", failed: "FAILED", interrupted: "KILLED", running: "KILLED" } as const;

/** Sends `run`; returns the MLflow run's id. */
export async function sendRun(place: Place, run: Run): Promise<string> {
  const { run_id, day, kind, started_at, seed, manifest_hash, manifest } = run;
  const subject = `run/${run_id}`;
  const tags = tagsOf({ day, kind, run: run_id, status: run.status, manifest_hash });
  const tracked = await openTracked(place, { subject, name: `${day} ${kind}`, startedAt: started_at, tags });
  const endedAt = run.finished_at ?? started_at;
  await log(place, tracked, {
    tags,
    params: fieldsOf({ day, kind, seed }),
    metrics: await metricsOf(place, run, endedAt.getTime()),
  });
  await place.client.upload(tracked.artifacts, "pipeline.yaml", new TextEncoder().encode(manifest));
  await close(place, tracked, { subject, status: STATUS[run.status], endedAt });
  return tracked.id;
}

/** Figures of the baselines and of whoever served; what a version measured stands with the version. */
async function metricsOf({ db }: Place, run: Run, timestamp: number): Promise<MetricValue[]> {
  const step = run.run_id;
  const metric = (value: number, ...path: string[]) => ({ key: keyOf(...path), value, timestamp, step });
  const measured = await db.rows<Measured>("registry/metrics_of_run", [run.run_id]);
  const watched = await db.rows<Watched>("mlflow/watched_in_run", [run.run_id]);
  const stages = await stageRuns(db, run);
  return [
    ...measured.filter(({ protocol, version }) => protocol === "prequential" || !isHash(version)).map(
      ({ protocol, version, slice, metric: name, value }) =>
        metric(value, protocol, isHash(version) ? "champion" : version, slice, name),
    ),
    ...watched.map(({ metric: name, slice, value }) => metric(value, "monitor", name, slice)),
    ...stages.flatMap(({ stage, started_at, finished_at, rows_out }) => [
      ...(finished_at === null
        ? []
        : [metric((finished_at.getTime() - started_at.getTime()) / 1_000, "seconds", stage)]),
      ...(rows_out === null ? [] : [metric(rows_out, "rows_out", stage)]),
    ]),
  ];
}

const isHash = (scorer: string) => /^[0-9a-f]{16}$/.test(scorer);
