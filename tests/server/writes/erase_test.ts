import assert from "@std/assert";
import type { Pool } from "../../../sql/db.ts";
import { RUN_LOCK } from "../../../tasks/runner/run/journal.ts";
import { readKeys } from "../../../server/http/keys.ts";
import { erase } from "../../../server/writes/erase.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { servingOf } from "../_serving.ts";
import { writingApp } from "../_writing.ts";
import { ask, askOne } from "../../tasks/import/_ask.ts";
import { life, SUMS } from "./_life.ts";

const SALT = "00112233445566778899aabbccddeeff";
const BOSS = "b".repeat(24);
const ACCESS = { keys: readKeys(`boss:operate:${BOSS}`, "the test"), isLoopback: true };
const AS_BOSS = { headers: { "x-api-key": BOSS } };
const SERVING = await servingOf(snapshotParts());

const counted = (pool: Pool) => pool.row<Record<string, number>>("status/counts");
const byLedger = (pool: Pool) => pool.row<Record<string, number>>("status/ledger_counts");

Deno.test("erase() leaves the sums that the lake gives without the person", async () => {
  await using found = await life();
  const { pool, lake, person } = found;
  await erase(pool, person, { salt: SALT, by: "me" });
  const left = await ask(pool.url, SUMS);
  await pool.script(`
    truncate processed_db.user_features, processed_db.movie_features, processed_db.rating_totals, processed_db.movie_days;
    delete from ops_db.batch_stages where task = 'features'`);
  const day = await lake.day({ kind: "daily", day: "2026-03-03" });
  await day.take("features");
  assert.deepEqual(left, await ask(pool.url, SUMS));
  assert.ok(left.length > 100);
});

Deno.test("erase() keeps raw = lake + rejects + pending, by the rows and by the ledger, also on the next day", async () => {
  await using found = await life();
  const { pool, lake, person } = found;
  const before = await counted(pool);
  assert.deepEqual(await byLedger(pool), before);
  const { counts } = (await erase(pool, person, { salt: SALT, by: "me" }))!;
  const after = (await counted(pool))!;
  assert.deepEqual(await byLedger(pool), after);
  assert.equal(after.raw, after.lake + after.rejects + after.pending);
  assert.equal(before!.raw - after.raw, counts["raw_db.ratings"] + counts["raw_db.unparsable"]);
  assert.ok(before!.pending > after.pending, "rows that no batch has taken go, too");
  assert.ok(
    counts["data_lake_db.rejects"] === 4 && counts["raw_db.unparsable"] === 1,
    JSON.stringify(counts),
  );
  const batches = await ask(
    pool.url,
    `select b.n_ratings - (select sum(n_rows) from ops_db.batch_ranges r where r.batch_id = b.batch_id) from ops_db.batches b`,
  );
  assert.deepEqual(batches, [["0"], ["0"]]);

  // The person was the last who rated: what comes next must not get ids that a batch has taken.
  const waiting = Number(await askOne(pool.url, "select count(*) from raw_db.inbox"));
  assert.ok(waiting > 0);
  const day = await lake.day({ kind: "daily", day: "2026-03-03" });
  await day.take("ingest", "clean", "features");
  const taken = await askOne(
    pool.url,
    "select n_rows from ops_db.batch_ranges where lane = 'live' order by batch_id desc limit 1",
  );
  assert.equal(Number(taken), waiting);
  assert.deepEqual(await byLedger(pool), await counted(pool));
});

Deno.test("erase() leaves no row of the person, all of the others', and a hash that says nothing", async () => {
  await using found = await life();
  const { pool, person } = found;
  const others = `
    select (select count(*) from raw_db.ratings where user_id <> ${person}),
      (select count(*) from raw_db.hidden_movies), (select count(*) from ops_db.feedback),
      (select count(*) from ops_db.idempotency_keys), (select count(*) from raw_db.users),
      (select count(*) from processed_db.user_embeddings), (select count(*) from raw_db.unparsable)`;
  const [before] = await ask(pool.url, others);
  const { counts, erasureId } = (await erase(pool, person, { salt: SALT, by: "me" }))!;
  assert.ok(Object.values(counts).filter((n) => n > 0).length >= 11, JSON.stringify(counts));
  const [after] = await ask(pool.url, others);
  assert.deepEqual(after.map(Number), before.map((n, i) => Number(n) - (i === 0 ? 0 : 1)));
  const remains = await pool.rows<{ n: number }>("erase/remains", [person]);
  assert.deepEqual(remains.filter(({ n }) => n > 0), []);
  const bytes = new TextEncoder().encode(`${SALT}:${person}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  assert.deepEqual(
    await ask(pool.url, "select erasure_id, subject_hash, user_id, settled_at from ops_db.erasures"),
    [[`${erasureId}`, hash, `${person}`, null]],
  );
  assert.equal(await erase(pool, person, { salt: SALT, by: "me" }), null, "twice finds nobody");
  assert.equal(await askOne(pool.url, "select count(*) from ops_db.erasures"), "1");
});

Deno.test("erase() refuses while a run is on, and while a file is imported in part", async () => {
  await using pool = await testPool();
  const person = 1;
  {
    await using _run = (await pool.tryLock(RUN_LOCK))!;
    await assert.rejects(erase(pool, person, { salt: SALT, by: "me" }), { kind: "run-is-on" });
  }
  await pool.script(
    "insert into raw_db.sources (sha256, name, edition, n_rows, first_id) values ('', 'r.csv', '', 1, 1)",
  );
  await assert.rejects(erase(pool, person, { salt: SALT, by: "me" }), /imported in part/);
});

Deno.test("DELETE /users/{id} needs a key that operates, tells the workers, and its receipt proves it", async () => {
  await using found = await life();
  const { pool, person } = found;
  const { app, notices } = writingApp(pool, SERVING, { access: ACCESS });
  assert.equal((await app.request(`/users/${person}`, { method: "DELETE" })).status, 401);
  const dry = await app.request(`/users/${person}?dry_run=true`, { method: "DELETE", ...AS_BOSS });
  assert.equal(dry.status, 400, "what is not understood is not done");
  const response = await app.request(`/users/${person}`, { method: "DELETE", ...AS_BOSS });
  const { erasure_id, receipt, counts } = await response.json();
  assert.equal(response.status, 200);
  assert.deepEqual(notices, [{ kind: "erased", userId: person }]);
  const prove = (query: string) => app.request(`/erasures/${erasure_id}${query}`, AS_BOSS);
  const proof = await (await prove(`?receipt=${receipt}`)).json();
  assert.deepEqual(new Set(Object.values(proof.remaining)), new Set([0]));
  assert.deepEqual([proof.counts, proof.settled_at], [counts, null]);
  assert.equal((await (await prove("")).json()).remaining, null);
  const wrong = receipt.replace(/.$/, (last: string) => last === "0" ? "1" : "0");
  assert.equal((await prove(`?receipt=${wrong}`)).status, 404);
  assert.equal((await app.request(`/users/${person}`, { method: "DELETE", ...AS_BOSS })).status, 404);
});
