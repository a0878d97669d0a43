/** Reading routes of the ledger, on what a real day has left behind. */
import assert from "@std/assert";
import evaluate from "../../../tasks/evaluate.ts";
import monitor from "../../../tasks/monitor.ts";
import publish from "../../../tasks/publish.ts";
import { closeStageRun, openStageRun, type Run } from "../../../tasks/runner/run/journal.ts";
import { nextDue as dueByRunner } from "../../../tasks/runner/schedule/cron.ts";
import train from "../../../tasks/train.ts";
import { nextDue } from "../../../server/writes/next_due.ts";
import { readKeys } from "../../../server/http/keys.ts";
import { testPool } from "../../support/database.ts";
import { bootstrapped, FAST, type SmallLake, smallLake } from "../../tasks/_small_lake.ts";
import { writingApp } from "../_writing.ts";

const ROOMY = {
  ...{ margin_rmse: 9, margin_ndcg: 1, min_users: 1 },
  ...{ slice_margin_rmse: 9, slice_margin_ndcg: 1, max_coverage_loss: 1 },
};
const GRAPH = {
  name: "daily",
  stages: [{ stage: "train", task: "train", needs: [], enabled: true, when: null }],
  schedules: [{ name: "daily", cron: "0 2 * * *", timezone: "UTC", only: null }],
};

/** A bootstrap day with a champion, monitored; its run failed at publish, and kept its log. */
async function ledger(lake: SmallLake): Promise<{ runId: number; logs: string }> {
  const { pool } = lake;
  const day = await bootstrapped(lake);
  await day.stage("train", train, { params: FAST });
  await day.stage("evaluate", evaluate, { params: ROOMY });
  await day.stage("monitor", monitor);
  await day.stage("publish", publish);
  const run = { run_id: day.id } as Run;
  const trained = await openStageRun(pool, run, { as: "train", task: "train" });
  await closeStageRun(pool, trained, {
    status: "succeeded",
    result: { rowsIn: 5, rowsOut: 6, mode: "scratch" },
  });
  const failed = await openStageRun(pool, run, { as: "publish", task: "publish" });
  await closeStageRun(pool, failed, { status: "failed", error: "/a/path is full" });
  await pool.script(`
    update ops_db.runs set status = 'failed', finished_at = now(), graph = '${JSON.stringify(GRAPH)}'
    where run_id = ${day.id}`);
  const logs = `${lake.artifacts}/logs`;
  await Deno.mkdir(logs);
  const line = { time: "2026-03-01T02:00:01.000Z", event: "stage", stage: "train", status: "succeeded" };
  await Deno.writeTextFile(`${logs}/${day.id}.jsonl`, `${JSON.stringify(line)}\n{"cut`);
  return { runId: day.id, logs };
}

Deno.test("GET /runs, /pipeline, /models, /drift and /data tell what the days have left behind", async (t) => {
  await using lake = await smallLake({ nRatings: 3_000 });
  const { runId, logs } = await ledger(lake);
  const { app } = writingApp(lake.pool, null, { logs });
  const get = async (path: string, status = 200) => {
    const response = await app.request(path);
    assert.equal(response.status, status, `${path}: ${await response.clone().text()}`);
    return await response.json();
  };

  await t.step("/runs lists runs with the newest attempt of each stage", async () => {
    const { runs } = await get("/runs");
    assert.deepEqual(runs.map(({ run_id, status }: { run_id: number; status: string }) => [run_id, status]), [
      [runId, "failed"],
    ]);
    const [{ stages }] = runs;
    assert.deepEqual(
      stages.map(({ stage, status, rows_out }: Record<string, unknown>) => [stage, status, rows_out]),
      [["train", "succeeded", 6], ["publish", "failed", null]],
    );
    for (const { started_at, finished_at } of stages) {
      for (const time of [started_at, finished_at]) assert.equal(time, new Date(time).toISOString());
    }
    assert.deepEqual((await get(`/runs?before=${runId}`)).runs, []);
  });

  await t.step(
    "/runs/{id} has attempts, errors and lines, for who is on this machine or operates",
    async () => {
      const run = await get(`/runs/${runId}`);
      assert.deepEqual(run.stages.map(({ error }: { error: string }) => error), [null, "/a/path is full"]);
      assert.deepEqual(run.log, [{
        time: "2026-03-01T02:00:01.000Z",
        stage: "train",
        text: "02:00:01 stage stage=train status=succeeded",
      }]);
      const key = "r".repeat(24);
      const access = { keys: readKeys(`reader:read:${key}`, "the test"), isLoopback: false };
      const outside = writingApp(lake.pool, null, { logs, access }).app;
      const seen = await (await outside.request(`/runs/${runId}`, { headers: { "x-api-key": key } })).json();
      assert.deepEqual([seen.stages[1].error, seen.log, seen.stages[1].status], [null, [], "failed"]);
      await get("/runs/999", 404);
    },
  );

  await t.step("/pipeline has the graph of the newest run, and when it is due", async () => {
    const pipeline = await get("/pipeline");
    assert.deepEqual(pipeline.stages, GRAPH.stages);
    assert.deepEqual([pipeline.run_id, pipeline.next_due_at, pipeline.scheduler, pipeline.at_work], [
      runId,
      "2026-03-06T02:00:00.000Z",
      null,
      null,
    ]);
  });

  await t.step("/models and /models/{version} have figures, verdicts and promotions", async () => {
    const { champion, models } = await get("/models");
    assert.deepEqual(models.map(({ version, status }: Record<string, string>) => [version, status]), [
      [champion, "champion"],
    ]);
    assert.equal(typeof models[0].metrics.rmse, "number");
    for (const name of ["champion", champion, champion.slice(0, 6)]) {
      assert.equal((await get(`/models/${name}`)).version, champion);
    }
    const { judgements, promotions, history, config } = await get("/models/champion");
    assert.equal(judgements[0].verdict, "promoted");
    assert.deepEqual([promotions[0].kind, promotions[0].predecessor], ["gate", null]);
    const scorers = new Set(history.map(({ version }: { version: string }) => version));
    assert.ok(scorers.has(champion) && scorers.has("popularity"), [...scorers].join());
    assert.equal(config.epochs, FAST.config.epochs);
    await get("/models/ffff", 404);
  });

  await t.step("/drift has each metric with its threshold", async () => {
    const { points } = await get("/drift");
    const share = points.find(({ metric }: { metric: string }) => metric === "reject_share");
    assert.deepEqual([share.run_id, share.threshold, share.is_breach], [runId, 0.05, false]);
  });

  await t.step("/data/{list} has the ledger's lists", async () => {
    await lake.pool.script(`
      insert into ops_db.feedback (rec_id, event, movie_id) values ('popularity.-.1', 'click', 1);
      insert into data_lake_db.rejects values ('live', 999999, 0, 'unknown_movie', '{"user_id": 1}')`);
    const lists = ["ratings_per_day", "rejects", "runs", "metric_history", "model_metrics", "model_versions"];
    for (const list of [...lists, "click_through"]) {
      const { rows } = await get(`/data/${list}`);
      assert.ok(rows.length > 0, list);
      const csv = await (await app.request(`/data/${list}?format=csv`)).text();
      assert.deepEqual(csv.split("\r\n")[0].split(","), Object.keys(rows[0]), list);
    }
    const { rows } = await get("/data/model_metrics");
    assert.ok(rows.some(({ is_champion }: { is_champion: boolean }) => is_champion));
  });
});

Deno.test("GET /models, /pipeline and /runs of an empty database are empty", async () => {
  await using pool = await testPool();
  const { app } = writingApp(pool, null);
  const get = async (path: string) => (await app.request(path)).json();
  assert.deepEqual(await get("/models"), { champion: null, models: [] });
  assert.deepEqual(await get("/runs"), { runs: [] });
  assert.deepEqual((await get("/pipeline")).stages, []);
  assert.equal((await app.request("/models/champion")).status, 404);
});

Deno.test("nextDue() is due when the scheduler is", () => {
  const now = new Date("2026-03-28T22:30:00Z");
  for (const cron of ["0 2 * * *", "30 2 * * *", "*/15 * * * *", "0 2,14 * * 1-5", "0 0 29 2 *"]) {
    for (const timezone of ["UTC", "Europe/Berlin", "America/St_Johns"]) {
      const expected = dueByRunner({ cron, timezone }, now)?.toISOString() ?? null;
      assert.equal(nextDue({ cron, timezone }, now), expected, `${cron} ${timezone}`);
    }
  }
});
