/** Erasing a person, everywhere, and the proof of it. */
import { createRoute, z } from "@hono/zod-openapi";
import { needs } from "../http/access.ts";
import type { AppDeps } from "../http/env.ts";
import { userFrom } from "../http/parameters.ts";
import { Problem } from "../http/problem.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, problems, userId } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import { erase } from "../writes/erase.ts";
import { proveErasure } from "../writes/erasure_proof.ts";

const SALT_BYTES = 16;
const RECEIPT = /^(\d{1,10})-([0-9a-f]{32})$/;

const counts = z.record(z.string(), z.int());
const erased = z.object({
  erasure_id: z.int(),
  erased_at: z.string(),
  counts: counts.describe("Rows removed, by table."),
  receipt: z.string().describe(
    "Keep it: with it, and only with it, GET /erasures/{id} counts what is left of this person.",
  ),
}).openapi("Erased", {
  example: {
    erasure_id: 7,
    erased_at: "2026-03-05T12:00:00.000Z",
    counts: { "raw_db.ratings": 165, "data_lake_db.ratings": 165 },
    receipt: "1-00112233445566778899aabbccddeeff",
  },
});

const erasePerson = createRoute({
  method: "delete",
  path: "/users/{id}",
  ...needs("operate"),
  tags: ["users"],
  summary: "Erases a person from every table, sum and list",
  description:
    "One transaction; refused while a run is on. The next publication is built without them, and the next " +
    "training is from scratch.",
  request: { params: z.object({ id: userId }), query: closed({}) },
  responses: {
    200: json(erased, "Nobody knows them any more."),
    ...problems("bad-parameter", "unknown-user", "run-is-on", "nothing-to-serve", "database-down"),
  },
});

const proof = z.object({
  erasure_id: z.int(),
  erased_at: z.string(),
  settled_at: z.string().nullable()
    .describe(
      "When no snapshot had them, and the live model was trained from scratch without them; null: not yet.",
    ),
  subject_hash: z.string().describe("sha256 of salt:user_id."),
  counts: counts.describe("Rows that were removed, by table."),
  remaining: counts.nullable().describe("Rows of the person now, counted anew; null without the receipt."),
  artifacts: z.array(z.object({
    kind: z.enum(["snapshot", "model"]),
    name: z.string(),
    status: z.string(),
    until: z.string().describe("What takes it away."),
  })).describe("Files that were made while the person was there."),
}).openapi("Erasure");

const prove = createRoute({
  method: "get",
  path: "/erasures/{id}",
  ...needs("operate"),
  tags: ["users"],
  summary: "What became of an erasure",
  request: {
    params: z.object({
      id: z.string().regex(/^\d{1,9}$/, "a whole number").openapi({
        description: "The erasure.",
        example: "1",
      }),
    }),
    query: closed({
      // It begins with a user's id: PostgreSQL's integer ends there.
      receipt: z.string()
        .refine(
          (text) => RECEIPT.test(text) && parseInt(text) < 2 ** 31,
          "the receipt that came with the erasure",
        )
        .optional().openapi({
          description: "As DELETE /users/{id} gave it.",
          pattern: RECEIPT.source,
          example: "1-00112233445566778899aabbccddeeff",
        }),
    }),
  },
  responses: {
    200: json(proof, "The proof."),
    ...problems("bad-parameter", "unknown-erasure", "database-down"),
  },
});

export function erasureRoutes({ database, bulletin, log }: AppDeps) {
  return createRouter()
    .openapi(erasePerson, async (c) => {
      const { id } = await userFrom(c.req.valid("param").id, servingOf(c), database);
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES)).toHex();
      const by = c.get("caller").key?.name ?? "nobody";
      const found = await database.use(async (db) => {
        const found = id < 0 ? null : await erase(db, id, { salt, by });
        if (found !== null) bulletin.append([{ kind: "erased", userId: id }]);
        return found;
      });
      if (found === null) throw new Problem("unknown-user", "No table knows this user.");
      const { erasureId, erasedAt, counts } = found;
      const receipt = `${id}-${salt}`;
      log.info("a person was erased", { erasure: erasureId, by });
      c.header("cache-control", "no-store");
      return c.json({ erasure_id: erasureId, erased_at: erasedAt.toISOString(), counts, receipt }, 200);
    })
    .openapi(prove, async (c) => {
      const [, userId, salt] = RECEIPT.exec(c.req.valid("query").receipt ?? "") ?? [];
      const receipt = salt === undefined ? null : { userId: Number(userId), salt };
      const id = Number(c.req.valid("param").id);
      const found = await database.use((db) => proveErasure(db, id, receipt));
      if (found === null) {
        throw new Problem(
          "unknown-erasure",
          `There is no erasure ${id}${receipt === null ? "" : " with this receipt"}.`,
        );
      }
      c.header("cache-control", "no-store");
      return c.json(found, 200);
    });
}
