/** Model versions: what they are, how good they were day by day, what the gate said, and how people took their lists. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";
import { needs } from "../http/access.ts";
import type { AppDeps } from "../http/env.ts";
import { Problem } from "../http/problem.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, problems } from "../http/schemas.ts";
import { type ClickThrough, clickThrough } from "../writes/click_through.ts";
import { feedbackSince } from "./lists/of_database.ts";
import { versionOf } from "./operations.ts";

/** Newest runs whose metrics a version is shown with. */
const METRIC_RUNS = 400;

const figures = z.record(z.string(), z.number());
export const clicks = z.object({
  variant: z.string().nullable().describe("Null: there was no experiment."),
  impressions: z.int(),
  clicks: z.int(),
  hides: z.int(),
  n_people: z.int(),
  rate: z.number().nullable().describe("clicks / impressions."),
  low: z.number().nullable().describe("Wilson's interval, 95 %."),
  high: z.number().nullable(),
});

const versionSchema = z.object({
  version: z.string(),
  model: z.string(),
  mode: z.enum(["scratch", "warm"]),
  status: z.enum(["candidate", "champion", "rejected", "inconclusive", "retired"]),
  parent: z.string().nullable().describe("The champion when it was trained; what a warm one goes on from."),
  day: z.string().describe("Label of the run that trained it."),
  run_id: z.int(),
  from_batch: z.int(),
  through_batch: z.int().describe("The newest batch that it learned from."),
  n_ratings: z.int(),
  created_at: z.string(),
  decided_at: z.string().nullable(),
  promoted_at: z.string().nullable().describe("When it last became champion."),
  pruned_at: z.string().nullable().describe("When its artifact was removed."),
  metrics: figures.describe("Of its hold-out: rmse, ndcg@10, …"),
}).openapi("ModelVersion");

const listed = versionSchema.extend({
  click_through: z.array(clicks).describe("Of the last 30 days; none: no feedback on its lists."),
}).openapi("ListedVersion");

const detail = listed.extend({
  config: z.record(z.string(), z.unknown()).describe("Its hyperparameters."),
  judgements: z.array(z.object({
    run_id: z.int(),
    day: z.string(),
    judged_at: z.string(),
    verdict: z.string(),
    is_promoted: z.boolean(),
    reason: z.string(),
    comparisons: z.array(z.record(z.string(), z.unknown()))
      .describe("Against whom, in what: own and their figure, harm with low and high, margin, finding."),
  })).describe("What the gate said, newest first."),
  promotions: z.array(z.object({
    predecessor: z.string().nullable(),
    kind: z.enum(["gate", "promote", "rollback"]),
    decided_by: z.string(),
    reason: z.string(),
    promoted_at: z.string(),
  })).describe("When it became champion, newest first."),
  history: z.array(z.object({
    run_id: z.int(),
    day: z.string(),
    protocol: z.enum(["prequential", "holdout"]),
    version: z.string().describe("This one, or popularity or bias beside it."),
    metric: z.string(),
    value: z.number(),
    n: z.number(),
  })).describe("Day by day, oldest first."),
}).openapi("ModelVersionDetail");

const list = createRoute({
  method: "get",
  path: "/models",
  ...needs("read"),
  tags: ["models"],
  summary: "All versions, newest first",
  request: { query: closed({}) },
  responses: {
    200: json(
      z.object({ champion: z.string().nullable(), models: z.array(listed) }).openapi("Models"),
      "The versions.",
    ),
    ...problems("bad-parameter", "database-down"),
  },
});

const one = createRoute({
  method: "get",
  path: "/models/{version}",
  ...needs("read"),
  tags: ["models"],
  summary: "A version with its metrics over the days, the gate's verdicts and its promotions",
  request: {
    params: z.object({
      version: z.string().min(4).max(64).openapi({
        description: "The version, a beginning of it, or `champion`.",
        example: "champion",
      }),
    }),
    query: closed({}),
  },
  responses: {
    200: json(detail, "The version."),
    ...problems("bad-parameter", "unknown-model", "database-down"),
  },
});

type ListedRow = Row<"ops_db.model_versions"> & { day: string; promoted_at: Date | null };

export function modelRoutes({ database, clock }: AppDeps) {
  return createRouter()
    .openapi(list, async (c) => {
      const { rows, byVersion } = await database.use(async (db) => {
        const rows = await db.rows<ListedRow>("registry/list_versions");
        return { rows, ...await clickThrough(db, feedbackSince(clock())) };
      });
      const champion = rows.find(({ status }) => status === "champion")?.version ?? null;
      const models = rows.map((row) => ({ ...versionView(row), click_through: clicksOf(row, byVersion) }));
      c.header("cache-control", "no-store");
      return c.json({ champion, models }, 200);
    })
    .openapi(one, async (c) => {
      const name = c.req.valid("param").version;
      const found = await database.use(async (db) => {
        const rows = await db.rows<ListedRow>("registry/list_versions");
        const version = name === "champion" ? championOf(rows) : await versionOf(db, name);
        const row = rows.find((row) => row.version === version)!;
        const { byVersion } = await clickThrough(db, feedbackSince(clock()));
        return {
          ...versionView(row),
          click_through: clicksOf(row, byVersion),
          config: (row.config.config ?? {}) as Record<string, unknown>,
          ...await pastOf(db, version),
        };
      });
      c.header("cache-control", "no-store");
      return c.json(found, 200);
    });
}

function championOf(rows: readonly ListedRow[]): string {
  const found = rows.find(({ status }) => status === "champion");
  if (found) return found.version;
  throw new Problem("unknown-model", "There is no champion yet.", { next: "deno task daily" });
}

interface JudgementRow {
  run_id: number;
  day: string;
  judged_at: Date;
  judgement: { verdict: string; isPromoted: boolean; reason: string; comparisons: Record<string, unknown>[] };
}

async function pastOf(db: Db, version: string) {
  const judged = await db.rows<JudgementRow>("data/judgements_of_version", [version]);
  const promoted = await db.rows<Row<"ops_db.promotions">>("registry/promotions_of_version", [version]);
  const history = await db.rows<z.infer<typeof detail>["history"][number]>("data/model_metrics", [
    METRIC_RUNS,
    version,
  ]);
  const own = new Set(history.filter((point) => point.version === version).map(({ run_id }) => run_id));
  return {
    judgements: judged.map(({ run_id, day, judged_at, judgement }) => {
      const { verdict, isPromoted: is_promoted, reason, comparisons } = judgement;
      return { run_id, day, judged_at: judged_at.toISOString(), verdict, is_promoted, reason, comparisons };
    }),
    promotions: promoted.map(({ predecessor, kind, decided_by, reason, promoted_at }) => ({
      predecessor,
      kind: kind as "gate" | "promote" | "rollback",
      decided_by,
      reason,
      promoted_at: promoted_at.toISOString(),
    })),
    // Of the baselines, the runs in which it was measured: the two stand beside each other.
    history: history.filter(({ run_id }) => own.has(run_id)).map((
      { run_id, day, protocol, version, metric, value, n },
    ) => ({ run_id, day, protocol, version, metric, value, n })),
  };
}

function versionView(row: ListedRow): z.infer<typeof versionSchema> {
  const { version, model, parent, day, run_id, from_batch, through_batch, n_ratings } = row;
  return {
    ...{ version, model, parent, day, run_id, from_batch, through_batch, n_ratings },
    mode: row.mode as "scratch" | "warm",
    status: row.status as z.infer<typeof listed>["status"],
    created_at: row.created_at.toISOString(),
    decided_at: row.decided_at?.toISOString() ?? null,
    promoted_at: row.promoted_at?.toISOString() ?? null,
    pruned_at: row.pruned_at?.toISOString() ?? null,
    metrics: Object.fromEntries(
      Object.entries(row.metrics).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    ),
  };
}

function clicksOf({ version }: ListedRow, all: readonly ClickThrough[]): z.infer<typeof clicks>[] {
  return all.filter((row) => row.version === version).map(({ version: _, ...row }) => row);
}
