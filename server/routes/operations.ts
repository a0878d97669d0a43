/** What operators ask for: runs, trainings, a refresh, another champion. A scheduler does it; the answer says where to look. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "@hono/hono";
import { nearest } from "../../models/nearest.ts";
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";
import { needs } from "../http/access.ts";
import type { AppDeps, Env } from "../http/env.ts";
import { Problem } from "../http/problem.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, OF_BODIES, problems } from "../http/schemas.ts";
import { readGraph, type RunGraph } from "../writes/graph.ts";
import { type Asked, request, requestState } from "../writes/requests.ts";

const stageParams = z.record(z.string().max(200), z.unknown());
const reason = z.string().max(500).optional().openapi({ description: "Why, for the history." });

const state = z.object({
  request_id: z.int(),
  action: z.enum(["run", "promote", "rollback"]),
  status: z.enum(["queued", "running", "done", "failed", "refused"]),
  stages: z.array(z.string()).nullable().describe("Null: the whole day."),
  subject: z.string().nullable().describe("The version to promote."),
  requested_by: z.string(),
  requested_at: z.string(),
  finished_at: z.string().nullable(),
  run_id: z.int().nullable().describe("The run that it became; see /runs/{id}."),
  error: z.string().nullable().describe("What there is to say of it."),
}).openapi("RunRequest");

const accepted = {
  ...json(state, "Asked; the scheduler has been woken."),
  headers: z.object({ location: z.string().describe("Where to see how far it is.") }),
};
const refusals = problems(...OF_BODIES, "run-is-on", "no-scheduler", "database-down");

function asking<Path extends string, Body extends z.ZodType>(
  path: Path,
  { summary, description, body, tag = "runs" }: {
    summary: string;
    description?: string;
    body: Body;
    tag?: string;
  },
) {
  return createRoute({
    method: "post",
    path,
    ...needs("operate"),
    tags: [tag],
    summary,
    description,
    request: {
      query: closed({}),
      body: { required: false, content: { "application/json": { schema: body } } },
    },
    responses: { 202: accepted, ...refusals },
  });
}

const runs = asking("/runs", {
  summary: "Asks for the day that is due, or for some stages",
  body: closed({
    stages: z.array(z.string().min(1).max(100)).min(1).max(50).optional()
      .openapi({ description: "Stages to run alone (default: the whole day that is due)." }),
    params: z.record(z.string().max(100), stageParams).optional()
      .openapi({ description: "By stage, parameters in the place of the manifest's." }),
    reason,
  }),
});

const train = asking("/train", {
  summary: "Asks for a training, the gate and a publication",
  body: closed({
    model: z.string().min(1).max(100).optional().openapi({
      description: "The model (default: the manifest's).",
    }),
    params: stageParams.optional().openapi({
      description: "Parameters of the stage train in the place of the manifest's.",
    }),
    reason,
  }),
});

const REFRESH = {
  summary: "Asks to take in what was posted, and to serve it",
  description:
    "Drains the inbox, cleans, adds up features and publishes: the stages ingest, clean, features, publish. As on " +
    "any day, the next part of an imported archive comes along.",
  body: closed({ reason }),
};
const refresh = asking("/refresh", REFRESH);
const refreshAlias = asking("/refresh-mv", REFRESH);

const rollback = asking("/models/rollback", {
  summary: "Asks to make the champion's predecessor the champion again",
  body: closed({ reason }),
  tag: "models",
});

const promote = createRoute({
  method: "post",
  path: "/models/{version}/promote",
  ...needs("operate"),
  tags: ["models"],
  summary: "Asks to make a version the champion, whatever the gate said of it",
  request: {
    params: z.object({
      version: z.string().min(4).max(64).openapi({
        description: "The version, or a beginning of it.",
        example: "0123456789abcdef",
      }),
    }),
    query: closed({}),
    body: { required: false, content: { "application/json": { schema: closed({ reason }) } } },
  },
  responses: { 202: accepted, ...problems("unknown-model"), ...refusals },
});

const look = createRoute({
  method: "get",
  path: "/runs/requests/{id}",
  ...needs("read"),
  tags: ["runs"],
  summary: "How far a request is",
  request: {
    params: z.object({
      id: z.string().regex(/^\d{1,9}$/, "a whole number").openapi({
        description: "The request.",
        example: "1",
      }),
    }),
    query: closed({}),
  },
  responses: {
    200: json(state, "The request."),
    ...problems("bad-parameter", "unknown-request", "database-down"),
  },
});

export function operationRoutes({ database }: AppDeps) {
  const ask = async (c: Context<Env>, given: (db: Db) => Promise<Omit<Asked, "by">>) => {
    const by = `${c.get("caller").key?.name ?? "somebody"} over HTTP`;
    const row = await database.use(async (db) =>
      requestState(db, await request(db, { ...await given(db), by }))
    );
    c.header("location", `/runs/requests/${row.request_id}`);
    return c.json(stateView(row), 202);
  };
  return createRouter()
    .openapi(runs, (c) => {
      const { stages = null, params, reason } = c.req.valid("json") ?? {};
      const command = stages === null ? "deno task daily" : `deno task daily --only ${stages[0]}`;
      return ask(c, async (db) => {
        refuseUnknown(stages ?? Object.keys(params ?? {}), await readGraph(db));
        return { action: "run", stages, params, reason, command };
      });
    })
    .openapi(train, (c) => {
      const { model, params, reason } = c.req.valid("json") ?? {};
      return ask(c, async (db) => {
        const stages = stagesOf(await readGraph(db), ["train", "evaluate", "publish"]);
        const given = { ...params, ...model !== undefined && { model } };
        const ofTrain = Object.keys(given).length > 0 ? { [stages[0]]: given } : {};
        return { action: "run", stages, params: ofTrain, reason, command: "deno task daily --from train" };
      });
    })
    .openapi(refresh, (c) => ask(c, refreshing(c.req.valid("json"))))
    .openapi(refreshAlias, (c) => ask(c, refreshing(c.req.valid("json"))))
    .openapi(rollback, (c) => {
      const { reason } = c.req.valid("json") ?? {};
      return ask(
        c,
        () => Promise.resolve({ action: "rollback", reason, command: "deno task models rollback" }),
      );
    })
    .openapi(promote, (c) => {
      const { reason } = c.req.valid("json") ?? {};
      return ask(c, async (db) => {
        const subject = await versionOf(db, c.req.valid("param").version);
        return { action: "promote", subject, reason, command: `deno task models promote ${subject}` };
      });
    })
    .openapi(look, async (c) => {
      const row = await database.use((db) => requestState(db, Number(c.req.valid("param").id)));
      c.header("cache-control", "no-store");
      return c.json(stateView(row), 200);
    });
}

const refreshing = ({ reason }: { reason?: string } = {}) => async (db: Db): Promise<Omit<Asked, "by">> => {
  const stages = stagesOf(await readGraph(db), ["ingest", "clean", "features", "publish"]);
  return { action: "run", stages, reason, command: "deno task daily" };
};

/** The version that `name` is, or begins. @throws {Problem} when none is, or several are. */
export async function versionOf(db: Db, name: string): Promise<string> {
  const known = await db.rows<Pick<Row<"ops_db.model_versions">, "version">>("registry/versions");
  const found = known.filter(({ version }) =>
    version === name || name.length >= 4 && version.startsWith(name)
  );
  if (found.length === 1) return found[0].version;
  const what = found.length === 0 ? "no version begins so" : `${found.length} versions begin so`;
  throw new Problem("unknown-model", `Cannot find version ${JSON.stringify(name)} as ${what}.`, {
    next: "GET /models",
  });
}

/** The names under which the newest run knows the stages of `tasks`; the tasks' own names where none has run. */
function stagesOf(graph: RunGraph | null, tasks: readonly string[]): string[] {
  return tasks.map((task) =>
    graph?.stages.find((stage) => stage.task === task && stage.enabled)?.stage ?? task
  );
}

/** What the scheduler would refuse later. */
function refuseUnknown(asked: readonly string[], graph: RunGraph | null): void {
  if (graph === null) return;
  const known = graph.stages.map(({ stage }) => stage);
  const unknown = asked.find((stage) => !known.includes(stage));
  if (unknown === undefined) return;
  const best = nearest(unknown, known);
  const wanted = `one of ${known.join(", ")}${best ? ` (did you mean ${JSON.stringify(best)}?)` : ""}`;
  const found = JSON.stringify(unknown);
  throw new Problem("bad-parameter", `Cannot ask for stage ${found} as it should be ${wanted}.`, {
    errors: [{ field: "stages", wanted, found }],
  });
}

function stateView(row: Row<"ops_db.run_requests">) {
  const { request_id, stages, subject, requested_by, run_id, error } = row;
  return {
    request_id,
    action: row.action as z.infer<typeof state>["action"],
    status: row.status as z.infer<typeof state>["status"],
    stages,
    subject,
    requested_by,
    requested_at: row.requested_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    run_id,
    error,
  };
}
