/** A database that goes away under a run: sessions that the server ends stand for it. */
import assert from "@std/assert";
import type { Pool } from "../../../../sql/db.ts";
import { connect } from "../../../../sql/db.ts";
import { LockGuard } from "../../../../tasks/runner/run/guard.ts";
import { RUN_LOCK } from "../../../../tasks/runner/run/journal.ts";
import type { TaskContext } from "../../../../tasks/runner/task.ts";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";
import { fakeTask } from "../_fake_day.ts";
import { executeFake, fakeStage, journal, memoryLog, runs } from "../_workplace.ts";

const DAY = { kind: "daily", day: "2026-03-01" } as const;
const NAME = "matinee guarded";

/** A pool under the run lock, as a session holds it, beside the one of the test. */
async function guarded(pool: Pool) {
  const db = connect(pool.url, { name: NAME });
  const said: string[] = [];
  let revived = 0;
  let asked = 0;
  const guard = new LockGuard((await db.tryLock(RUN_LOCK))!, {
    revive: () => Promise.resolve(void revived++),
    tryLock: () => db.tryLock(RUN_LOCK),
    describeHolder: () => Promise.resolve(void asked++).then(() => ({ holder: '"another"', isUs: false })),
    say: (line) => said.push(line),
  });
  return {
    db,
    guard,
    said,
    revived: () => revived,
    /** How often it was asked who holds the lock. */
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      await guard[Symbol.asyncDispose]();
      await db.end();
    },
  };
}

/** Ends the sessions of the run's process: those with the lock, or all. */
async function endSessions(pool: Pool, which: "lock" | "all"): Promise<void> {
  const locks = "and pid in (select pid from pg_locks where locktype = 'advisory' and granted)";
  await ask(
    pool.url,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = '${NAME}' ${which === "lock" ? locks : ""}`,
  );
}

/** Resolves when the guard has noticed `n` losses, and holds the lock again. */
async function retaken(guard: LockGuard, n: number): Promise<void> {
  while (guard.nLosses < n) await new Promise((resolve) => setTimeout(resolve, 1));
  await guard.recover();
}

Deno.test("execute() over a lost database fails the attempt, takes the lock anew, and tries again", async () => {
  await using pool = await testPool();
  await using world = await guarded(pool);
  let attempts = 0;
  const a = fakeTask({
    async run({ db }: TaskContext) {
      if (++attempts > 1) return {};
      await db.transaction(async (tx) => {
        await endSessions(pool, "all");
        await tx.row("ops/newest_migration");
      });
      return {};
    },
  });
  const log = memoryLog();
  const stages = [fakeStage("a", { retry: { attempts: 3, on: ["database"] } }), fakeStage("b")];
  const { status } = await executeFake(world.db, DAY, {
    stages,
    tasks: { a, b: fakeTask() },
    guard: world.guard,
    log,
  });
  assert.equal(status, "succeeded");
  assert.deepEqual(await runs(pool), ["2026-03-01 daily succeeded"]);
  assert.deepEqual(await journal(pool), ["a 1 failed", "a 2 succeeded", "b 1 succeeded"]);
  assert.deepEqual(log.warnings, ["a: attempt 1 failed (database); the next begins in 0.001 s"]);
  assert.ok(world.revived() >= 1);
  const other = connect(pool.url);
  assert.equal(await other.tryLock(RUN_LOCK), null, "the lock is held again");
  await other.end();
});

Deno.test("execute() takes the lock anew while a stage works that asks the database for nothing", async () => {
  await using pool = await testPool();
  await using world = await guarded(pool);
  const a = fakeTask({
    async run() {
      await endSessions(pool, "lock");
      await retaken(world.guard, 1);
      return {};
    },
  });
  const { status } = await executeFake(world.db, DAY, {
    stages: [fakeStage("a")],
    tasks: { a },
    guard: world.guard,
  });
  assert.equal(status, "succeeded");
  assert.deepEqual(await journal(pool), ["a 1 succeeded"]);
  assert.match(world.said.join(), /waiting for it, and for the run lock/);
});

Deno.test("execute() stops without a word in the ledger when another process was faster", async () => {
  await using pool = await testPool();
  await using world = await guarded(pool);
  const other = connect(pool.url);
  const a = fakeTask({
    async run({ signal }: TaskContext) {
      const stopped = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => stopped.resolve(), { once: true });
      // Waits in PostgreSQL, so that it is there before the guard can ask.
      const taken = other.script(`select pg_advisory_lock(hashtext('${RUN_LOCK}'))`);
      while ((await ask(pool.url, "select 1 from pg_locks where not granted")).length === 0);
      await endSessions(pool, "lock");
      await Promise.all([stopped.promise, taken]);
      throw signal.reason;
    },
  });
  const running = executeFake(world.db, DAY, { stages: [fakeStage("a")], tasks: { a }, guard: world.guard });
  await assert.rejects(running, /Cannot go on as "another" took over/);
  assert.equal(world.asked(), 1);
  assert.deepEqual(await journal(pool), ["a 1 running"]);
  assert.deepEqual(await runs(pool), ["2026-03-01 daily running"]);
  await other.end();
});

Deno.test("execute() leaves a run alone that another process took up while the lock was lost", async () => {
  await using pool = await testPool();
  await using world = await guarded(pool);
  const a = fakeTask({
    async run() {
      await pool.script("update ops_db.runs set pid = 1, host = 'elsewhere'");
      await endSessions(pool, "lock");
      await retaken(world.guard, 1);
      return {};
    },
  });
  const running = executeFake(world.db, DAY, { stages: [fakeStage("a")], tasks: { a }, guard: world.guard });
  await assert.rejects(running, /another process took it up/);
  assert.deepEqual(await runs(pool), ["2026-03-01 daily running"]);
});

Deno.test("execute() says why when the database does not come back", async () => {
  await using pool = await testPool();
  await using world = await guarded(pool);
  world.guard.options.revive = () => Promise.reject(new Error("no server"));
  const a = fakeTask({
    async run({ signal }) {
      const stopped = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => stopped.resolve(), { once: true });
      await endSessions(pool, "all");
      await stopped.promise;
      return {};
    },
  });
  const running = executeFake(world.db, DAY, { stages: [fakeStage("a")], tasks: { a }, guard: world.guard });
  await assert.rejects(running, /no server/);
});
