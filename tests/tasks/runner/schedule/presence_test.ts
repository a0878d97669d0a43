import assert from "@std/assert";
import { connect } from "../../../../sql/db.ts";
import { createPresence, SCHEDULER_LOCK } from "../../../../tasks/runner/schedule/presence.ts";
import { testPool } from "../../../support/database.ts";

Deno.test("createPresence() lets one scheduler work, names it to the others, and hands over when it is gone", async () => {
  await using pool = await testPool();
  const [a, b] = ["matinee schedule (pid 1)", "matinee schedule (pid 2)"].map((name) => {
    const db = connect(pool.url, { name });
    return { db, presence: createPresence({ db }, name) };
  });
  assert.equal(await a.presence.isOurs(), true);
  assert.equal(await a.presence.isOurs(), true, "asked again, it is still ours");
  assert.equal(await b.presence.isOurs(), false);
  assert.equal(await b.presence.holder(), "matinee schedule (pid 1)");
  // The server asks so whether somebody would hear a request.
  const seen = await pool.row<{ holder: string }>("ops/lock_holder", [SCHEDULER_LOCK]);
  assert.equal(seen?.holder, "matinee schedule (pid 1)");
  await a.presence[Symbol.asyncDispose]();
  assert.equal(await b.presence.isOurs(), true);
  assert.equal(await a.presence.isOurs(), false);
  await b.presence[Symbol.asyncDispose]();
  assert.equal(await pool.row("ops/lock_holder", [SCHEDULER_LOCK]), undefined);
  await Promise.all([a.db.end(), b.db.end()]);
});

Deno.test("createPresence() takes the lock again that a lost connection has lost", async () => {
  await using pool = await testPool();
  const name = "matinee schedule (pid 1)";
  const db = connect(pool.url, { name });
  const presence = createPresence({ db }, name);
  assert.equal(await presence.isOurs(), true);
  await pool.script(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`,
  );
  // The loss is noticed with the next statement at the latest.
  await presence.isOurs().catch(() => {});
  assert.equal(await presence.isOurs(), true);
  await presence[Symbol.asyncDispose]();
  await db.end();
});
