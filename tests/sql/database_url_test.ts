import assert from "@std/assert";
import type { Pool } from "../../sql/db.ts";
import { DatabaseError, openDatabase } from "../../sql/launcher.ts";
import { testPool } from "../support/database.ts";

const home = "/nowhere";

Deno.test("openDatabase() uses the server that DATABASE_URL names, and leaves it running", async () => {
  await using pool = await testPool();
  await using database = await openDatabase({ home, env: { DATABASE_URL: pool.url } });
  assert.equal(database.place, "DATABASE_URL");
  assert.equal(database.url, pool.url);
  await database.leave();
  await pool.script("select 1");
});

/** A database that calls itself one of another version or encoding, as far as the launcher's question goes. */
async function disguise(pool: Pool, version: string, encoding: string): Promise<void> {
  await pool.script(`
    create schema disguise;
    create function disguise.current_setting(setting text) returns text language sql as
      $$ select case setting when 'server_version_num' then '${version}' else '${encoding}' end $$;
    alter database ${new URL(pool.url).pathname.slice(1)} set search_path = disguise, pg_catalog`);
}

Deno.test("openDatabase() refuses a server of another version", async () => {
  for (const [version, found] of [["140005", "14"], ["190001", "19"]]) {
    await using pool = await testPool();
    await disguise(pool, version, "UTF8");
    await assert.rejects(openDatabase({ home, databaseUrl: pool.url }), {
      name: "DatabaseError",
      message: new RegExp(`PostgreSQL 15 to 18: found ${found}\\.`),
    });
  }
});

Deno.test("openDatabase() refuses a database that cannot hold every title", async () => {
  await using pool = await testPool();
  await disguise(pool, "160000", "LATIN1");
  await assert.rejects(openDatabase({ home, databaseUrl: pool.url }), {
    name: "DatabaseError",
    message: /found "LATIN1"/,
  });
});

Deno.test("openDatabase() says which server does not answer, without its password", async () => {
  const options = { home, databaseUrl: "postgres://me:secret@127.0.0.1:1/there" };
  await assert.rejects(
    openDatabase(options),
    (error: unknown) =>
      error instanceof DatabaseError && /Cannot connect .*ECONNREFUSED/.test(error.message) &&
      !error.message.includes("secret"),
  );
});
