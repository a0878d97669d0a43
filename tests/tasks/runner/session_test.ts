import assert from "@std/assert";
import { UsageError } from "../../../tasks/runner/errors.ts";
import { closeRun, openRun, openStageRun } from "../../../tasks/runner/run/journal.ts";
import { Session } from "../../../tasks/runner/session.ts";
import { testPool } from "../../support/database.ts";
import { journal } from "./_workplace.ts";

const MANIFEST = { text: "", hash: "" };

/** Two commands on one database, each with its own home. */
async function twoSessions() {
  const leaving = new AsyncDisposableStack();
  const pool = leaving.use(await testPool());
  const home = await Deno.makeTempDir({ prefix: "matinee_session_" });
  leaving.defer(() => Deno.remove(home, { recursive: true }));
  const before = { MATINEE_HOME: Deno.env.get("MATINEE_HOME"), DATABASE_URL: Deno.env.get("DATABASE_URL") };
  Deno.env.set("MATINEE_HOME", home);
  Deno.env.set("DATABASE_URL", pool.url);
  try {
    const said: string[] = [];
    const first = leaving.use(await Session.open("daily", (line) => said.push(line)));
    const second = leaving.use(await Session.open("stage", (line) => said.push(line)));
    return { pool, home, first, second, [Symbol.asyncDispose]: () => leaving.disposeAsync() };
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

Deno.test("Session.open() makes the home's folders and migrates the database", async () => {
  await using sessions = await twoSessions();
  const { first, home } = sessions;
  assert.equal(first.home.path, home);
  for (const folder of Object.values(first.home)) assert.ok((await Deno.stat(folder)).isDirectory);
  assert.ok(await first.db.row("ops/newest_migration"));
});

Deno.test("lockRuns() lets one session in, and tells the other who is at work since when", async () => {
  await using sessions = await twoSessions();
  const { pool, first, second } = sessions;
  await first.lockRuns();
  const started = await openRun(pool, { day: "2026-03-01", kind: "daily", seed: 1, manifest: MANIFEST });
  await openStageRun(pool, started, { as: "train", task: "train" });
  const since = started.started_at.toISOString().slice(0, 19).replace("T", " ");
  await assert.rejects(second.lockRuns(), (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.equal(
      error.message,
      `Cannot start as "matinee daily (pid ${Deno.pid})", on the run of 2026-03-01, since ${since} UTC is at work. ` +
        "Next: deno task status",
    );
    return true;
  });
  assert.deepEqual(await journal(pool), ["train 1 running"], "the journal of who is at work is left alone");

  await first.unlockRuns();
  await second.lockRuns();
  // Who holds the lock and finds "running" knows that the one who wrote it is gone.
  assert.deepEqual(await journal(pool), ["train 1 interrupted"]);
});

Deno.test("lockRuns() that waits says for whom, once, and goes on when they are done", async () => {
  await using sessions = await twoSessions();
  const { first, second } = sessions;
  await first.lockRuns();
  const said: string[] = [];
  let tries = 0;
  const { db } = second;
  second.db = {
    ...db,
    async tryLock(name) {
      if (++tries === 3) await first.unlockRuns();
      return await db.tryLock(name);
    },
  };
  await second.lockRuns({ wait: new AbortController().signal, say: (line) => said.push(line) });
  assert.equal(tries, 3);
  assert.equal(said.length, 1);
  assert.match(said[0], /^Waiting, as "matinee daily \(pid \d+\)" since .* UTC is at work\.$/);
  await assert.rejects(first.lockRuns(), UsageError);
});

Deno.test("lockRuns() that waits gives up when it is told to stop", async () => {
  await using sessions = await twoSessions();
  const { first, second } = sessions;
  await first.lockRuns();
  const stop = new AbortController();
  const say = () => stop.abort(new Error("stopped by a person"));
  await assert.rejects(second.lockRuns({ wait: stop.signal, say }), { message: "stopped by a person" });
  await first.unlockRuns();
  await second.lockRuns();
});

Deno.test("a session that is disposed gives the lock back", async () => {
  await using sessions = await twoSessions();
  const { pool, first, second } = sessions;
  await first.lockRuns();
  const run = await openRun(pool, { day: "2026-03-01", kind: "daily", seed: 1, manifest: MANIFEST });
  await closeRun(pool, run, "succeeded");
  await first[Symbol.asyncDispose]();
  await second.lockRuns();
});
