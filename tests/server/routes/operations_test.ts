import assert from "@std/assert";
import type { Pool } from "../../../sql/db.ts";
import { readKeys } from "../../../server/http/keys.ts";
import { RUN_LOCK } from "../../../tasks/runner/run/journal.ts";
import { SCHEDULER_LOCK } from "../../../tasks/runner/schedule/presence.ts";
import { REQUESTS } from "../../../tasks/runner/schedule/requests.ts";
import { testPool } from "../../support/database.ts";
import { ask } from "../../tasks/import/_ask.ts";
import { sent, writingApp } from "../_writing.ts";

const BOSS = "b".repeat(24);
const ACCESS = { keys: readKeys(`boss:operate,read:${BOSS}`, "the test"), isLoopback: true };
const GRAPH = {
  name: "daily",
  stages: ["ingest", "clean", "features", "train", "evaluate", "publish"].map((task, i, all) => {
    const stage = task === "train" ? "learn" : task;
    return { stage, task, needs: all.slice(i - 1, i), enabled: true, when: null };
  }),
  schedules: [],
};

/** An application whose clients operate, and a database in which a run has left its graph. */
async function desk(pool: Pool) {
  await pool.script(`
    insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host, graph)
    values ('2026-03-01', 'daily', 'succeeded', '', '', 1, 1, '', '${JSON.stringify(GRAPH)}')`);
  const { app } = writingApp(pool, null, { access: ACCESS });
  return (path: string, body: unknown = {}, headers = { "x-api-key": BOSS }) =>
    app.request(path, sent("POST", body, headers));
}

const asked = (pool: Pool) =>
  ask(
    pool.url,
    "select action, stages::text, params::text, subject, requested_by from ops_db.run_requests order by request_id",
  );
const end = (pool: Pool) => pool.script("update ops_db.run_requests set status = 'done'");

Deno.test("POST /runs, /train and /refresh put requests down, wake the scheduler and say where to look", async () => {
  await using pool = await testPool();
  await using _scheduler = (await pool.tryLock(SCHEDULER_LOCK))!;
  const post = await desk(pool);
  const heard = Promise.withResolvers<string>();
  await using _listening = await pool.listen(REQUESTS, heard.resolve);
  const response = await post("/runs", { stages: ["publish"], params: { publish: {} } });
  assert.equal(response.status, 202, await response.clone().text());
  const { request_id, status } = await response.json();
  assert.equal(status, "queued");
  assert.equal(response.headers.get("location"), `/runs/requests/${request_id}`);
  await heard.promise;
  await end(pool);
  for (
    const [path, body] of [
      ["/runs", {}],
      ["/train", { model: "als", params: { mode: "scratch" } }],
      ["/refresh", {}],
      ["/refresh-mv", {}],
    ] as const
  ) {
    assert.equal((await post(path, body)).status, 202, path);
    await end(pool);
  }
  const by = "boss over HTTP";
  assert.deepEqual(await asked(pool), [
    ["run", "{publish}", '{"publish": {}}', null, by],
    ["run", null, "{}", null, by],
    ["run", "{learn,evaluate,publish}", '{"learn": {"mode": "scratch", "model": "als"}}', null, by],
    ["run", "{ingest,clean,features,publish}", "{}", null, by],
    ["run", "{ingest,clean,features,publish}", "{}", null, by],
  ]);
});

Deno.test("POST /models/{version}/promote and /models/rollback ask for another champion", async () => {
  await using pool = await testPool();
  await using _scheduler = (await pool.tryLock(SCHEDULER_LOCK))!;
  const post = await desk(pool);
  const version = (name: string) => `
    insert into ops_db.model_versions (version, model, mode, status, run_id, through_batch, n_ratings, config, artifact, seed)
    values ('${name}', 'als', 'scratch', 'retired', 1, 0, 1, '{}', '', 1);`;
  await pool.script(version("0123456789abcdef") + version("0123ffff89abcdef"));
  assert.equal((await post("/models/01234567/promote", { reason: "it was better" })).status, 202);
  await end(pool);
  assert.equal((await post("/models/rollback")).status, 202);
  assert.deepEqual(await asked(pool), [
    ["promote", null, "{}", "0123456789abcdef", "boss over HTTP"],
    ["rollback", null, "{}", null, "boss over HTTP"],
  ]);
  for (const name of ["0123", "feed"]) {
    assert.equal((await post(`/models/${name}/promote`)).status, 404, name);
  }
});

Deno.test("requests are refused while no scheduler listens, a run is on, or one is open", async () => {
  await using pool = await testPool();
  const post = await desk(pool);
  const refused = async (path = "/runs", body: unknown = {}) => {
    const response = await post(path, body);
    const { next, type } = await response.json();
    return [response.status, type.split(":").at(-1), next];
  };
  assert.deepEqual(await refused("/models/rollback"), [
    503,
    "no-scheduler",
    "deno task schedule, and ask again; or deno task models rollback",
  ]);
  await using _scheduler = (await pool.tryLock(SCHEDULER_LOCK))!;
  {
    await using _run = (await pool.tryLock(RUN_LOCK))!;
    assert.deepEqual((await refused()).slice(0, 2), [409, "run-is-on"]);
  }
  assert.deepEqual((await refused("/runs", { stages: ["trian"] })).slice(0, 2), [400, "bad-parameter"]);
  assert.deepEqual(await asked(pool), []);
  const { request_id } = await (await post("/runs")).json();
  assert.deepEqual(await refused(), [409, "run-is-on", `GET /runs/requests/${request_id}`]);
});

Deno.test("requests need a key that operates; GET /runs/requests/{id} tells how far one is", async () => {
  await using pool = await testPool();
  await using _scheduler = (await pool.tryLock(SCHEDULER_LOCK))!;
  const post = await desk(pool);
  const { app } = writingApp(pool, null);
  for (
    const path of ["/runs", "/train", "/refresh", "/refresh-mv", "/models/rollback", "/models/0123/promote"]
  ) {
    assert.equal((await app.request(path, sent("POST", {}))).status, 401, path);
  }
  const { request_id } = await (await post("/runs")).json();
  await pool.script(
    "update ops_db.run_requests set status = 'refused', error = 'it is done', finished_at = now()",
  );
  const { status, error, finished_at } = await (await app.request(`/runs/requests/${request_id}`)).json();
  assert.deepEqual([status, error, typeof finished_at], ["refused", "it is done", "string"]);
  assert.equal((await app.request("/runs/requests/99")).status, 404);
});
