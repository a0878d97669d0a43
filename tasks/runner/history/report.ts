/** The end of a run as people read it: stages, metrics beside the baselines', one person's story, what to type next. */
import type { Db } from "../../../sql/db.ts";
import type { Row } from "../../../sql/tables.ts";
import { count } from "../cli/log.ts";
import type { RunStatus } from "./run_status.ts";
import { tableLines } from "../cli/table.ts";

/** protocol → scorer → slice → metric → value. */
export type Metrics = Record<string, Record<string, Record<string, Record<string, number>>>>;

type Metric = Pick<Row<"ops_db.model_metrics">, "version" | "protocol" | "slice" | "metric" | "value" | "n">;

/** Every metric that `runId` measured. */
export async function readMetrics(db: Db, runId: number): Promise<Metrics> {
  const metrics: Metrics = {};
  for (const row of await db.rows<Metric>("registry/metrics_of_run", [runId])) {
    const scorers = metrics[row.protocol] ??= {};
    const slices = scorers[row.version] ??= {};
    (slices[row.slice] ??= {})[row.metric] = row.value;
  }
  return metrics;
}

export function stageTable(run: RunStatus): string[] {
  return tableLines(
    ["stage", "status", "rows in", "rows out", "seconds", ""],
    run.stages.map(({ stage, status, rows, rows_in, ms, error, outputs }) => [
      stage,
      status,
      rows_in === null ? "" : count(rows_in),
      rows === null ? "" : count(rows),
      ms === null ? "" : (ms / 1000).toFixed(1),
      error?.split("\n")[0] ?? remark(outputs),
    ]),
  );
}

/** What a stage has to say beside its numbers: a verdict, a reason, a model version, ratings that came late. */
function remark(outputs: Record<string, unknown>): string {
  if (typeof outputs.late === "number" && outputs.late > 0) {
    return `${count(outputs.late)} late (older than earlier batches): never held out`;
  }
  return ["mode", "verdict", "version", "reason"].map((key) => outputs[key]).filter((text) =>
    typeof text === "string"
  )
    .join(", ");
}

const COLUMNS = ["rmse", "mae", "recall@10", "ndcg@10", "mrr@10", "coverage"] as const;
const PROTOCOLS: Record<string, string> = {
  prequential: "Prequential: each new rating predicted before it was learned from",
  holdout: "Hold-out: rows that no version was trained on",
};

/** A table for each protocol: scorers in rows, the overall slice. */
export function metricLines(metrics: Metrics, nameOf: (version: string) => string): string[] {
  return Object.entries(metrics).flatMap(([protocol, scorers]) => {
    const shown = COLUMNS.filter((metric) =>
      Object.values(scorers).some(({ all }) => all?.[metric] !== undefined)
    );
    const rows = Object.entries(scorers).map(([version, { all = {} }]) => [
      nameOf(version),
      ...shown.map((metric) => all[metric]?.toFixed(4)),
    ]);
    return ["", PROTOCOLS[protocol] ?? protocol, ...tableLines(["", ...shown], rows)];
  });
}

export interface Story {
  user_id: number;
  loved: { title: string; year: number | null; rating: number }[];
  recommended: { title: string; year: number | null }[];
}

const titled = ({ title, year }: { title: string; year: number | null }) =>
  year === null ? title : `${title} (${year})`;

export function storyLines({ user_id, loved, recommended }: Story): string[] {
  const rows = loved.map((movie, i) => [
    `${titled(movie)} ${movie.rating.toFixed(1)}`,
    recommended[i] ? titled(recommended[i]) : "",
  ]);
  return ["", ...tableLines([`User ${user_id} loved`, "and has not seen, recommended"], rows)];
}

/** A person who rated enough in the newest batches, what they loved, and their top of the published model. */
export async function readStory(db: Db): Promise<Story | null> {
  const person = await db.row<{ user_id: number }>("recommend/story_user");
  if (person === undefined) return null;
  const loved = await db.rows<Story["loved"][number]>("recommend/loved_movies", [person.user_id, 5]);
  return { user_id: person.user_id, loved, recommended: await topUnseen(db, person.user_id, { n: 5 }) };
}

export interface Recommended {
  rank: number;
  movie_id: number;
  title: string;
  year: number | null;
  cosine: number;
}

/** The champion's top n for a user, unseen, computed in SQL: by pgvector where the database has it. */
export async function topUnseen(db: Db, userId: number, { n }: { n: number }): Promise<Recommended[]> {
  const found = await db.row<{ has_pgvector: boolean }>("recommend/has_pgvector");
  const query = found?.has_pgvector ? "recommend/top_n_unseen_pgvector" : "recommend/top_n_unseen";
  return await db.rows<Recommended>(query, [userId, n]);
}
