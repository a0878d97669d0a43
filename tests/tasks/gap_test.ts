import assert from "@std/assert";
import evaluate from "../../tasks/evaluate.ts";
import train from "../../tasks/train.ts";
import { readPlanState } from "../../tasks/runner/plan/state.ts";
import { bootstrapped, FAST, type SmallLake, smallLake } from "./_small_lake.ts";
import { ask } from "./import/_ask.ts";

const DAY = { kind: "daily" as const, day: "2026-03-04" };

async function gaps({ pool }: SmallLake, run: number): Promise<Record<string, number>> {
  const rows = await ask(
    pool.url,
    `select metric || ' ' || slice, value from ops_db.metric_history where run_id = ${run} and metric like 'gap%'`,
  );
  return Object.fromEntries(rows.map(([name, value]) => [name, Number(value)]));
}

async function figure({ pool }: SmallLake, run: number, version: string, metric: string): Promise<number> {
  const [[value]] = await ask(
    pool.url,
    `select value from ops_db.model_metrics where run_id = ${run} and protocol = 'holdout' and slice = 'all'
       and version = '${version}' and metric = '${metric}'`,
  );
  return Number(value);
}

Deno.test("evaluate measures the champion beside its last retraining every day, and the plan acts on it", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const first = await bootstrapped(lake);
  const { version: retrained } = await first.stage("train", train, { params: FAST });
  await first.stage("evaluate", evaluate, { params: { min_users: 1 } });
  assert.deepEqual(await gaps(lake, first.id), {}, "the first version has nobody to be compared with");

  // A day without a candidate: the champion is the last retraining itself.
  const second = await lake.day({ kind: "daily", day: "2026-03-02" });
  await second.take("ingest", "clean", "features");
  const quiet = await second.stage("evaluate", evaluate, { params: { min_users: 1 } });
  assert.deepEqual([quiet.verdict, quiet.reason], ["none", "no candidate waits"]);
  assert.deepEqual(await gaps(lake, second.id), {
    "gap_rmse all": 0,
    "gap_rmse at_least": 0,
    "gap_ndcg all": 0,
    "gap_ndcg at_least": 0,
  });
  assert.ok(
    await figure(lake, second.id, String(retrained), "rmse") > 0,
    "and it is measured on the new rows",
  );

  // A retraining that stays out: from now on the champion is measured beside it.
  const again = { ...FAST, mode: "scratch" };
  const { version: newer } = await second.stage("train", train, { params: again, parts: { seed: 2 } });
  await second.stage("evaluate", evaluate, { params: { min_users: 10_000, on_few_users: "keep" } });
  const third = await lake.day({ kind: "daily", day: "2026-03-03" });
  await third.take("ingest", "clean", "features");
  const { gap_rmse } = await third.stage("evaluate", evaluate, { params: { min_users: 1 } });
  const measured = await gaps(lake, third.id);
  const [live, old] = [
    await figure(lake, third.id, String(retrained), "rmse"),
    await figure(lake, third.id, String(newer), "rmse"),
  ];
  assert.ok(Math.abs(measured["gap_rmse all"] - (live - old)) < 1e-9, `${live} - ${old}`);
  assert.equal(measured["gap_rmse all"], gap_rmse);
  assert.ok(measured["gap_rmse at_least"] < measured["gap_rmse all"], JSON.stringify([measured, live, old]));

  const { signs } = await readPlanState(pool, DAY);
  assert.equal(signs?.gap_rmse, measured["gap_rmse at_least"]);
  await pool.script(
    `update ops_db.metric_history set value = 0.25 where run_id = ${third.id} and metric = 'gap_rmse'`,
  );
  const due = { ...FAST, retrain_when: { gap_rmse: 0.2 } };
  const plan = train.plan!(await readPlanState(pool, DAY), {
    task: "train",
    params: train.params.parse(due),
    settings: third.context("train").settings,
  });
  assert.equal(plan.reason, "from scratch: gap_rmse is 0.250, above retrain_when's 0.2");
  const fourth = await lake.day(DAY);
  assert.equal((await fourth.stage("train", train, { params: due })).mode, "scratch");
});

Deno.test("evaluate does not judge a gap by a few people", async () => {
  await using lake = await smallLake();
  const first = await bootstrapped(lake);
  await first.stage("train", train, { params: FAST });
  await first.stage("evaluate", evaluate);
  const second = await lake.day({ kind: "daily", day: "2026-03-02" });
  await second.take("ingest", "clean", "features");
  await second.stage("evaluate", evaluate, { params: { min_users: 10_000 } });
  assert.deepEqual(Object.keys(await gaps(lake, second.id)).sort(), ["gap_ndcg all", "gap_rmse all"]);
  assert.deepEqual((await readPlanState(lake.pool, DAY)).signs, {});
});
