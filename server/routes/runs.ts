/** The days: which runs there were, how far they came, and the pipeline as the newest one had it. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "@hono/hono";
import type { Row } from "../../sql/tables.ts";
import { needs } from "../http/access.ts";
import type { AppDeps, Env } from "../http/env.ts";
import { Problem } from "../http/problem.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, problems, wholeNumber } from "../http/schemas.ts";
import { readGraphRun } from "../writes/graph.ts";
import { nextDue } from "../writes/next_due.ts";
import { readRunLines } from "../writes/run_log.ts";

const USUAL_RUNS = 30;

const stage = z.object({
  stage: z.string(),
  task: z.string(),
  attempt: z.int(),
  status: z.enum(["running", "succeeded", "failed", "skipped", "interrupted"]),
  rows_in: z.number().nullable(),
  rows_out: z.number().nullable(),
  started_at: z.string(),
  finished_at: z.string().nullable(),
});
const run = z.object({
  run_id: z.int(),
  day: z.string().describe("Its label, YYYY-MM-DD."),
  kind: z.enum(["bootstrap", "daily", "partial"]),
  status: z.enum(["running", "succeeded", "failed", "interrupted"]),
  started_at: z.string(),
  finished_at: z.string().nullable(),
  slot: z.string().nullable().describe("What a partial run is for."),
  stages: z.array(stage).describe("Of each stage the newest attempt, in the order in which they began."),
}).openapi("Run");

const attemptSchema = stage.extend({
  outputs: z.record(z.string(), z.unknown()),
  error: z.string().nullable().describe("Null too for who may not operate and is not on this machine."),
});
const detail = run.extend({
  stages: z.array(attemptSchema).describe("Every attempt, in the order in which they began."),
  manifest_hash: z.string(),
  checks: z.array(z.object({
    stage: z.string(),
    attempt: z.int(),
    batch_id: z.int().nullable(),
    check: z.string(),
    severity: z.string(),
    outcome: z.string(),
    found: z.string(),
  })),
  log: z.array(z.object({ time: z.string(), stage: z.string().nullable(), text: z.string() }))
    .describe("The last lines that were kept; empty for who may not operate and is not on this machine."),
}).openapi("RunDetail");

const list = createRoute({
  method: "get",
  path: "/runs",
  ...needs("read"),
  tags: ["runs"],
  summary: "The runs, newest first",
  request: {
    query: closed({
      n: wholeNumber({ least: 1, most: 400, usual: USUAL_RUNS }).optional().openapi({
        description: "How many.",
      }),
      before: wholeNumber({ least: 1, most: 2 ** 31 - 1 }).optional()
        .openapi({ description: "Runs older than this one." }),
    }),
  },
  responses: {
    200: json(z.object({ runs: z.array(run) }).openapi("Runs"), "The runs."),
    ...problems("bad-parameter", "database-down"),
  },
});

const one = createRoute({
  method: "get",
  path: "/runs/{id}",
  ...needs("read"),
  tags: ["runs"],
  summary: "A run with every attempt at its stages, its checks, and what it said",
  request: {
    params: z.object({
      id: z.string().regex(/^\d{1,9}$/, "a whole number").openapi({ description: "The run.", example: "1" }),
    }),
    query: closed({}),
  },
  responses: { 200: json(detail, "The run."), ...problems("bad-parameter", "unknown-run", "database-down") },
});

const pipelineSchema = z.object({
  name: z.string().nullable().describe("Null: nothing has run yet."),
  run_id: z.int().nullable().describe("The run whose graph it is."),
  stages: z.array(z.object({
    stage: z.string(),
    task: z.string(),
    needs: z.array(z.string()),
    enabled: z.boolean(),
    when: z.string().nullable().describe("Its condition."),
  })),
  schedules: z.array(z.object({
    name: z.string(),
    cron: z.string(),
    timezone: z.string(),
    only: z.array(z.string()).nullable(),
    next_due_at: z.string().nullable(),
  })),
  next_due_at: z.string().nullable().describe("The first of all schedules."),
  scheduler: z.string().nullable().describe("Who works them off; null: nobody, and nothing runs by itself."),
  at_work: z.string().nullable().describe("Who works on a run now."),
  open_request: z.int().nullable().describe("A request that waits; see /runs/requests/{id}."),
}).openapi("Pipeline");

const pipeline = createRoute({
  method: "get",
  path: "/pipeline",
  ...needs("read"),
  tags: ["runs"],
  summary: "The stages as the newest run had them, the schedules, and who works",
  request: { query: closed({}) },
  responses: { 200: json(pipelineSchema, "The pipeline."), ...problems("bad-parameter", "database-down") },
});

/** Of its stages the times are PostgreSQL's texts. */
type RunRow = Omit<z.infer<typeof run>, "started_at" | "finished_at"> & {
  started_at: Date;
  finished_at: Date | null;
};
type Attempt = Row<"ops_db.stage_runs">;

export function runRoutes({ database, clock, logs }: AppDeps) {
  return createRouter()
    .openapi(list, async (c) => {
      const { n = USUAL_RUNS, before = null } = c.req.valid("query");
      const rows = await database.use((db) => db.rows<RunRow>("data/runs", [n, before]));
      c.header("cache-control", "no-store");
      return c.json({ runs: rows.map(runView) }, 200);
    })
    .openapi(one, async (c) => {
      const id = Number(c.req.valid("param").id);
      const isInside = mayLookInside(c);
      const found = await database.use(async (db) => {
        const [row] = await db.rows<RunRow>("data/runs", [1, id + 1]);
        if (row?.run_id !== id) return null;
        const kept = await db.row<Row<"ops_db.runs">>("status/find_run", [id, null, null]);
        const attempts = await db.rows<Attempt>("status/attempts", [id]);
        const checks = await db.rows<z.infer<typeof detail>["checks"][number]>("data/run_checks", [id]);
        const stages = attempts.map((attempt) => attemptView(attempt, row, isInside));
        return { ...runView(row), manifest_hash: kept!.manifest_hash, stages, checks };
      });
      if (found === null) throw new Problem("unknown-run", `There is no run ${id}.`, { next: "GET /runs" });
      const log = isInside && logs !== undefined ? await readRunLines(logs, id) : [];
      c.header("cache-control", "no-store");
      return c.json({ ...found, log }, 200);
    })
    .openapi(pipeline, async (c) => {
      const { run, state } = await database.use(async (db) => {
        return { run: await readGraphRun(db), state: await db.row<Workers>("operate/workers") };
      });
      const schedules = (run?.graph.schedules ?? []).map((schedule) => {
        return { ...schedule, next_due_at: nextDue(schedule, clock()) };
      });
      const due = schedules.flatMap(({ next_due_at }) => next_due_at ?? []).sort();
      c.header("cache-control", "no-store");
      return c.json({
        name: run?.graph.name ?? null,
        run_id: run?.run_id ?? null,
        stages: run?.graph.stages ?? [],
        schedules,
        next_due_at: due[0] ?? null,
        ...state!,
      }, 200);
    });
}

type Workers = Pick<z.infer<typeof pipelineSchema>, "scheduler" | "at_work" | "open_request">;

/** Errors and log lines tell of paths and machines: they are for who is on this one, or may operate. */
function mayLookInside(c: Context<Env>): boolean {
  const { key, isLocal } = c.get("caller");
  return isLocal || (key?.scopes.includes("operate") ?? false);
}

function runView({ started_at, finished_at, stages, ...row }: RunRow): z.infer<typeof run> {
  return {
    ...row,
    started_at: started_at.toISOString(),
    finished_at: finished_at?.toISOString() ?? null,
    stages: stages.map(({ started_at, finished_at, ...stage }) => ({
      ...stage,
      started_at: new Date(started_at).toISOString(),
      finished_at: finished_at && new Date(finished_at).toISOString(),
    })),
  };
}

function attemptView(row: Attempt, run: RunRow, isInside: boolean): z.infer<typeof attemptSchema> {
  const { stage, task, attempt, rows_in, rows_out, outputs, error } = row;
  // As data/runs has it: what a process that is gone left as running was interrupted.
  const status = row.status === "running" && run.status !== "running" ? "interrupted" : row.status;
  return {
    ...{ stage, task, attempt, rows_in, rows_out, outputs },
    status: status as z.infer<typeof attemptSchema>["status"],
    started_at: row.started_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    error: isInside ? error : null,
  };
}
