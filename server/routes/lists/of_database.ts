/** Lists that PostgreSQL answers, each from a table that a day adds few rows to: none reads the lake. */
import type { Db } from "../../../sql/db.ts";
import { clickThrough } from "../../writes/click_through.ts";
import { type ListRow, plainRow } from "./list.ts";

export interface DatabaseListOptions {
  /** Runs, or rows, at most. */
  n: number;
  now: Date;
}

export interface DatabaseList {
  columns: readonly string[];
  rows: (db: Db, options: DatabaseListOptions) => Promise<ListRow[]>;
}

/** Days of feedback that click-through is about. */
const FEEDBACK_DAYS = 30;
const MS_PER_DAY = 86_400_000;

export const feedbackSince = (now: Date) => new Date(now.getTime() - FEEDBACK_DAYS * MS_PER_DAY);

type Rows = readonly object[];
const listOf = (
  columns: readonly string[],
  rows: (db: Db, options: DatabaseListOptions) => Promise<Rows>,
): DatabaseList => ({
  columns,
  rows: async (db, options) => (await rows(db, options)).map((row) => plainRow(columns, { ...row })),
});

export const DATABASE_LISTS: Readonly<Record<string, DatabaseList>> = {
  ratings_per_day: listOf(["day", "n_ratings", "mean_rating"], (db) => db.rows("data/ratings_per_day")),
  rejects: listOf(["reason", "n_ratings"], async (db) => {
    const rows = await db.rows<{ reason: string; n: number }>("status/rejects_by_reason");
    return rows.map(({ reason, n }) => ({ reason, n_ratings: n }));
  }),
  runs: listOf(
    ["run_id", "day", "kind", "status", "started_at", "finished_at", "slot"],
    (db, { n }) => db.rows("data/runs", [n, null]),
  ),
  metric_history: listOf(
    ["run_id", "day", "metric", "slice", "value", "threshold", "is_breach"],
    (db, { n }) => db.rows("data/metric_history", [n]),
  ),
  model_metrics: listOf(
    ["run_id", "day", "protocol", "version", "metric", "value", "n", "is_champion"],
    (db, { n }) => db.rows("data/model_metrics", [n, null]),
  ),
  model_versions: listOf(
    [
      ...["version", "model", "mode", "status", "parent", "day", "run_id", "from_batch", "through_batch"],
      ...["n_ratings", "rated_through", "seed", "created_at", "decided_at", "promoted_at", "pruned_at"],
    ],
    (db) => db.rows("registry/list_versions"),
  ),
  click_through: listOf(
    ["version", "variant", "impressions", "clicks", "hides", "n_people", "rate", "low", "high"],
    async (db, { now }) => (await clickThrough(db, feedbackSince(now))).byVersion,
  ),
};
