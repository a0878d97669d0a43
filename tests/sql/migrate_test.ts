import assert from "@std/assert";
import { connect } from "../../sql/db.ts";
import { migrate, migrations } from "../../sql/migrate.ts";
import { emptyPool, testPool } from "../support/database.ts";

const names = migrations().map(({ name }) => name);

Deno.test("migrations() counts from 1 without gaps", () => {
  assert.deepEqual(migrations().map(({ number }) => number), names.map((_, i) => i + 1));
});

Deno.test("migrate() applies every migration once", async () => {
  await using pool = await emptyPool();
  assert.deepEqual(await migrate(pool), names);
  assert.deepEqual(await migrate(pool), []);
  assert.deepEqual(await pool.row("ops/newest_migration"), { number: names.length });
});

Deno.test("migrate() of processes that start together applies each migration once", async () => {
  await using pool = await emptyPool();
  const others = [connect(pool.url), connect(pool.url), connect(pool.url)];
  const applied = await Promise.all([pool, ...others].map(migrate));
  assert.deepEqual(applied.flat().sort(), [...names].sort());
  await Promise.all(others.map((other) => other.end()));
});

Deno.test("migrate() refuses a database that is newer than the checkout", async () => {
  await using pool = await testPool();
  await pool.execute("ops/insert_migration", [names.length + 1, "ops_db/later.sql"]);
  await assert.rejects(migrate(pool), {
    name: "RangeError",
    message: new RegExp(`migration ${names.length + 1}: this checkout knows ${names.length}\\.`),
  });
});
