/** What the archive and the ledger are made of, as lists: JSON, or CSV to take along. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import { needs } from "../http/access.ts";
import { answer, tagged } from "../http/answer.ts";
import type { AppDeps } from "../http/env.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { problems, wholeNumber } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import { csvOf, type ListRow } from "./lists/list.ts";
import { DATABASE_LISTS } from "./lists/of_database.ts";
import { SNAPSHOT_LISTS } from "./lists/of_snapshot.ts";

const NAMES = [...Object.keys(SNAPSHOT_LISTS), ...Object.keys(DATABASE_LISTS)] as [string, ...string[]];
const USUAL_RUNS = 400;

const row = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const listSchema = z.object({
  list: z.string(),
  n: z.int().describe("Rows."),
  source: z.enum(["snapshot", "database"]),
  rows: z.array(row),
}).openapi("DataList");

const names = createRoute({
  method: "get",
  path: "/data",
  ...needs("read"),
  tags: ["data"],
  summary: "The names of all lists",
  request: { query: closed({}) },
  responses: {
    200: {
      description: "The names.",
      content: { "application/json": { schema: z.object({ lists: z.array(z.string()) }) } },
    },
    ...problems("bad-parameter"),
  },
});

const list = createRoute({
  method: "get",
  path: "/data/{list}",
  ...needs("read"),
  tags: ["data"],
  summary: "A list about the archive, the runs or the models",
  request: {
    params: z.object({
      list: z.enum(NAMES).openapi({ description: "Which list.", example: "genres" }),
    }),
    query: closed({
      format: z.enum(["json", "csv"]).optional().openapi({ description: "csv: a file (default: json)." }),
      n: wholeNumber({ least: 1, most: 1_000, usual: USUAL_RUNS }).optional()
        .openapi({ description: "Of lists about runs: how many of the newest runs." }),
    }),
  },
  responses: {
    200: {
      description: "The list.",
      content: {
        "application/json": { schema: listSchema },
        "text/csv": { schema: z.string() },
      },
    },
    ...problems("bad-parameter", "nothing-to-serve", "database-down"),
  },
});

/** What was counted of a snapshot: it does not change, and some lists look at everybody. */
const counted = new WeakMap<Snapshot, Map<string, ListRow[]>>();

export function dataRoutes({ database, clock }: AppDeps) {
  return createRouter()
    .openapi(names, (c) => c.json({ lists: NAMES }, 200))
    .openapi(list, async (c) => {
      const { list } = c.req.valid("param");
      const { format = "json", n = USUAL_RUNS } = c.req.valid("query");
      const ofDatabase = DATABASE_LISTS[list];
      const { columns } = ofDatabase ?? SNAPSHOT_LISTS[list];
      const rows = ofDatabase === undefined
        ? countOnce(servingOf(c).snapshot, list)
        : await database.use((db) => ofDatabase.rows(db, { n, now: clock() }));
      const source = ofDatabase === undefined ? "snapshot" : "database";
      const version = c.get("serving")?.sha256 ?? "none";
      if (format === "csv") {
        c.header("content-disposition", `attachment; filename="${list}.csv"`);
        return tagged(c, csvOf(columns, rows), {
          version,
          audience: "private",
          type: "text/csv; charset=utf-8",
        });
      }
      return answer(c, { list, n: rows.length, source, rows }, { version, audience: "private" });
    });
}

function countOnce(snapshot: Snapshot, list: string): ListRow[] {
  const known = counted.get(snapshot) ?? new Map<string, ListRow[]>();
  counted.set(snapshot, known);
  const rows = known.get(list) ?? SNAPSHOT_LISTS[list].rows(snapshot);
  known.set(list, rows);
  return rows;
}
