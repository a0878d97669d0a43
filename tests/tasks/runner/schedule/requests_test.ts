import assert from "@std/assert";
import type { Pool } from "../../../../sql/db.ts";
import { UsageError } from "../../../../tasks/runner/errors.ts";
import { closeRun, openRun } from "../../../../tasks/runner/run/journal.ts";
import { REQUESTS, workOffRequests } from "../../../../tasks/runner/schedule/requests.ts";
import type { Params } from "../../../../tasks/runner/schedule/runner.ts";
import type { Ended } from "../../../../tasks/runner/schedule/work.ts";
import type { ChampionRequest } from "../../../../tasks/runner/schedule/champion.ts";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";

const DAY = "2026-03-02";

/** Asks for runs, and works on what was asked for with a runner that answers `status`. */
function deskOf(pool: Pool, answer: (what: string) => Ended["status"] | Error = () => "succeeded") {
  const calls: string[] = [];
  function run(what: string, params?: Params): Promise<Ended> {
    calls.push([what, JSON.stringify(params)].join(" "));
    const status = answer(what);
    return status instanceof Error
      ? Promise.reject(status)
      : Promise.resolve({ status, runId: null, day: DAY });
  }
  const runner = {
    day: (label: string, params?: Params) => run(label, params),
    part: ({ slot, stages, params }: { slot: string; stages: readonly string[]; params?: Params }) =>
      run(`${slot}: ${stages}`, params),
    champion: ({ action, subject, by, reason }: ChampionRequest) =>
      run(`${action} ${subject} as ${by} says: ${reason}`),
  };
  const now = () => new Date("2026-03-02T12:00:00Z");
  const work = () =>
    workOffRequests({ db: pool, runner, now, today: () => DAY, signal: new AbortController().signal });
  return { calls, work };
}

const request = (pool: Pool, stages: string, params = "{}") =>
  pool.script(
    `insert into ops_db.run_requests (requested_by, stages, params) values ('me', ${stages}, '${params}')`,
  );

const states = (pool: Pool) =>
  ask(pool.url, "select status, error, finished_at is not null from ops_db.run_requests order by request_id");

Deno.test("workOffRequests() runs what was asked for, oldest first, once", async () => {
  await using pool = await testPool();
  const { calls, work } = deskOf(pool, (what) => what.includes("train") ? "failed" : "succeeded");
  await request(pool, "'{publish,monitor}'");
  await request(pool, "'{train}'", '{"train": {"model": "als"}}');
  await request(pool, "null");
  await work();
  await work();
  assert.deepEqual(calls, [
    "request 1: publish,monitor {}",
    'request 2: train {"train":{"model":"als"}}',
    `${DAY} {}`,
  ]);
  assert.deepEqual(await states(pool), [["done", null, "true"], ["failed", null, "true"], [
    "done",
    null,
    "true",
  ]]);
});

Deno.test("workOffRequests() refuses a day that is done, and what does not fit the manifest", async () => {
  await using pool = await testPool();
  const kept = { seed: 1, manifest: { text: "", hash: "" } };
  for (const kind of ["bootstrap", "daily"] as const) {
    await closeRun(pool, await openRun(pool, { day: DAY, kind, ...kept }), "succeeded");
  }
  const { calls, work } = deskOf(pool, () => new UsageError('Cannot select stage "trian"'));
  await request(pool, "null");
  await request(pool, "'{trian}'");
  await work();
  assert.deepEqual(calls, ["request 2: trian {}"]);
  assert.deepEqual((await states(pool)).map(([status, error]) => [status, error?.slice(0, 40)]), [
    ["refused", "Cannot run 2026-03-02 as it is done: ask"],
    ["refused", 'Cannot select stage "trian"'],
  ]);
});

Deno.test("workOffRequests() keeps a request that could not begin, or was interrupted, for the next time", async () => {
  await using pool = await testPool();
  const answers: Ended["status"][] = ["busy", "interrupted", "succeeded"];
  const { calls, work } = deskOf(pool, () => answers.shift()!);
  await request(pool, "'{publish}'");
  await work();
  await work();
  assert.deepEqual(await states(pool), [["queued", null, "false"]]);
  await work();
  assert.equal(calls.length, 3);
  assert.deepEqual(await states(pool), [["done", null, "true"]]);
});

Deno.test("workOffRequests() goes on with what a scheduler that is gone had begun", async () => {
  await using pool = await testPool();
  const { calls, work } = deskOf(pool);
  await request(pool, "'{publish}'");
  await pool.script("update ops_db.run_requests set status = 'running'");
  await work();
  assert.deepEqual([calls.length, await states(pool)], [1, [["done", null, "true"]]]);
});

Deno.test("each new request is notified", async () => {
  await using pool = await testPool();
  const heard = Promise.withResolvers<void>();
  await using _listening = await pool.listen(REQUESTS, () => heard.resolve());
  await request(pool, "null");
  await heard.promise;
});

Deno.test("workOffRequests() promotes and rolls back, and says why it could not", async () => {
  await using pool = await testPool();
  const { calls, work } = deskOf(
    pool,
    (what) => what.startsWith("rollback") ? new UsageError("it was the first") : "succeeded",
  );
  await pool.script(`
    insert into ops_db.run_requests (requested_by, action, subject, reason) values ('me', 'promote', '3f2a', 'better');
    insert into ops_db.run_requests (requested_by, action) values ('me', 'rollback')`);
  await work();
  assert.deepEqual(calls.map((call) => call.trim()), [
    "promote 3f2a as me says: better",
    "rollback  as me says: null",
  ]);
  assert.deepEqual(await states(pool), [["done", null, "true"], ["refused", "it was the first", "true"]]);
});
