/** Lists that PostgreSQL answers, each from a table that a day adds few rows to: none reads the lake. */
import type { Db } from "../../../sql/db.ts";
import { clickThrough } from "../../writes/click_through.ts";
import { type ListRow, plainRow } from "./list.ts";

export interface DatabaseListOptions {
  /** Runs, or rows, at most. */
  n: number;
  now: Date;
}

export type DatabaseList = (db: Db, options: DatabaseListOptions) => Promise<ListRow[]>;

/** Days of feedback that click-through is about. */
const FEEDBACK_DAYS = 30;
const MS_PER_DAY = 86_400_000;

export const feedbackSince = (now: Date) => new Date(now.getTime() - FEEDBACK_DAYS * MS_PER_DAY);

type Rows = Record<string, unknown>[];
const plain = (rows: Rows) => rows.map(plainRow);

export const DATABASE_LISTS: Readonly<Record<string, DatabaseList>> = {
  ratings_per_day: async (db) => plain(await db.rows("data/ratings_per_day")),
  rejects: async (db) => {
    const rows = await db.rows<{ reason: string; n: number }>("status/rejects_by_reason");
    return rows.map(({ reason, n }) => ({ reason, n_ratings: n }));
  },
  runs: async (db, { n }) => plain(await db.rows("data/runs", [n, null])),
  metric_history: async (db, { n }) => plain(await db.rows("data/metric_history", [n])),
  model_metrics: async (db, { n }) => plain(await db.rows("data/model_metrics", [n, null])),
  model_versions: async (db) => plain(await db.rows("registry/list_versions")),
  click_through: async (db, { now }) => {
    const { byVersion } = await clickThrough(db, feedbackSince(now));
    return byVersion.map((row) => plainRow({ ...row }));
  },
};
