import assert from "@std/assert";
import { migrations } from "../../sql/migrate.ts";
import { TABLES } from "../../sql/tables.ts";
import { testPool } from "../support/database.ts";

const Q = "../../tests/sql/queries";

Deno.test("TABLES lists the tables and columns that the migrations make", async () => {
  await using pool = await testPool();
  const columns = await pool.rows<{ table: string; column: string; type: string }>(`${Q}/columns`);
  const found: Record<string, Record<string, string>> = {};
  for (const { table, column, type } of columns) (found[table] ??= {})[column] = type;
  assert.deepEqual(found, TABLES);
});

Deno.test("every table says what its row is", async () => {
  await using pool = await testPool();
  const comments = await pool.rows<{ relation: string; comment: string | null }>(`${Q}/comments`);
  assert.ok(comments.length > Object.keys(TABLES).length, "found views as well");
  assert.deepEqual(comments.filter(({ comment }) => !comment?.startsWith("One row ")), []);
});

Deno.test("every constraint has a name that somebody chose", () => {
  for (const { name, text } of migrations()) {
    const statements = text.replaceAll(/--.*$/gm, "").replaceAll(/'[^']*'/g, "''").replaceAll(/\s+/g, " ");
    const constraints = statements.matchAll(
      /(\bconstraint \w+ )?(foreign key \([^)]*\) )?\b(primary key|unique|check|references|exclude)\b(?! index)/gi,
    );
    for (const [found, named] of constraints) assert.ok(named, `${name}: "${found}" has no name`);
  }
});
