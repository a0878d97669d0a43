import assert from "@std/assert";
import { testPool } from "../../support/database.ts";
import { connect } from "../../../sql/db.ts";
import { importArchive } from "../../../tasks/import/archive.ts";
import { DataError } from "../../../tasks/import/errors.ts";
import { replaceArchive } from "../../../tasks/import/replace.ts";
import { sampleSource } from "../../../tasks/import/sample.ts";
import { ask, askOne } from "./_ask.ts";

const SMALL = sampleSource({ nRatings: 1_000, seed: 1 });
const OTHER = sampleSource({ nRatings: 1_000, seed: 2 });
const COUNT = "select count(*) from raw_db.ratings";

/** Drops what `replaceArchive()` left beside the test's own database. */
async function dropAll(url: string, names: string[]): Promise<void> {
  const admin = connect(at(url, "postgres"), { max: 1 });
  for (const name of names) await admin.script(`drop database if exists "${name}" with (force)`);
  await admin.end();
}

function at(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

Deno.test("replaceArchive() puts a new archive in place and keeps the old one aside", async () => {
  await using pool = await testPool();
  const name = new URL(pool.url).pathname.slice(1);
  await importArchive(pool, SMALL);
  const served = connect(pool.url, { max: 1 }); // a server that stays connected
  await served.rows("import/sources");
  const kept: string[] = [];
  try {
    await assert.rejects(importArchive(pool, OTHER), /into this database as it holds the made-up sample/);
    await pool.end();
    for (let time = 1; time <= 2; time++) {
      kept.push((await replaceArchive(pool.url, { day: "2026-03-01" })).keptAs);
      assert.equal(await askOne(pool.url, COUNT), "0");
    }
    assert.deepEqual(kept, [`${name}_before_2026_03_01`, `${name}_before_2026_03_01_2`]);
    assert.equal(await askOne(at(pool.url, kept[0]), COUNT), "1000");
    const fresh = connect(pool.url);
    assert.equal((await importArchive(fresh, OTHER)).nCopied, 1_000);
    await fresh.end();
    assert.equal((await served.rows("import/sources")).length, 1, "who was connected finds the new archive");
  } finally {
    await served.end();
    await dropAll(pool.url, kept);
  }
});

Deno.test("replaceArchive() clears what a killed replacement left", async () => {
  await using pool = await testPool();
  const name = new URL(pool.url).pathname.slice(1);
  await ask(pool.url, `create database "${name}_next"`);
  await pool.end();
  const { keptAs } = await replaceArchive(pool.url, { day: "2026-03-01" });
  try {
    assert.equal(await askOne(pool.url, COUNT), "0");
    assert.equal(
      await askOne(pool.url, `select count(*) from pg_database where datname = '${name}_next'`),
      "0",
    );
  } finally {
    await dropAll(pool.url, [keptAs]);
  }
});

Deno.test("replaceArchive() says when it may not create databases", async () => {
  await using pool = await testPool();
  const role = `reader_${crypto.randomUUID().slice(0, 8)}`;
  await pool.script(`create role ${role} login password 'secret'`);
  const url = new URL(pool.url);
  [url.username, url.password] = [role, "secret"];
  try {
    await assert.rejects(replaceArchive(url.href, { day: "2026-03-01" }), (error: unknown) => {
      return error instanceof DataError &&
        /no new database can be made: permission denied/.test(error.message);
    });
  } finally {
    await pool.script(`drop role ${role}`);
  }
});
