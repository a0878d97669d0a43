/** Conditions against a real ledger: what they are decided by, and what a resumed run makes of them. */
import assert from "@std/assert";
import { readFacts } from "../../../../tasks/runner/plan/facts.ts";
import type { Stage } from "../../../../tasks/runner/manifest/manifest.ts";
import { plan } from "../../../../tasks/runner/plan/plan.ts";
import { readPlanState } from "../../../../tasks/runner/plan/state.ts";
import { parseWhen } from "../../../../tasks/runner/manifest/when.ts";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";
import { fakeTask } from "../_fake_day.ts";
import { executeFake, fakeManifest, fakeStage, inARow, runs } from "../_workplace.ts";

const DAY = { kind: "daily", day: "2026-03-01" } as const;

function conditional(as: string, text: string): Stage {
  return fakeStage(as, { when: parseWhen(text).when! });
}

Deno.test("readFacts() names the newest metrics, slices and the live model's figures", async () => {
  await using pool = await testPool();
  await pool.script(`
    insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host)
    values ('2026-02-01', 'bootstrap', 'succeeded', '', '', 1, 1, ''), ('2026-02-01', 'daily', 'succeeded', '', '', 1, 1, '');
    insert into ops_db.metric_history (run_id, metric, slice, value) values
      (1, 'volume', 'all', 900), (2, 'volume', 'all', 1000), (1, 'psi', 'old', 9),
      (2, 'psi', 'year', 0.1), (2, 'psi', 'genre-mean', 0.4), (2, 'prequential_rmse', 'all', 5);
    insert into ops_db.model_versions
      (version, model, mode, status, run_id, through_batch, n_ratings, config, artifact, seed)
    values ('live', 'bias', 'scratch', 'champion', 1, 0, 1, '{}', '', 1),
           ('other', 'bias', 'scratch', 'rejected', 2, 0, 1, '{}', '', 1);
    insert into ops_db.model_metrics values
      (1, 'live', 'holdout', 'all', 'rmse', 0.9, 1), (2, 'live', 'holdout', 'all', 'ndcg@10', 0.3, 1),
      (2, 'other', 'holdout', 'all', 'rmse', 0.7, 1), (2, 'bias', 'prequential', 'all', 'rmse', 0.8, 1),
      (2, 'live', 'prequential', 'all', 'rmse', 0.85, 1);`);
  assert.equal(await readFacts(pool, { stages: [fakeStage("a")] }), undefined, "nobody asks");
  const facts = await readFacts(pool, { stages: [conditional("a", "metrics.psi > 1")] });
  assert.deepEqual(facts, {
    stages: {},
    metrics: {
      holdout_ndcg_10: 0.3,
      prequential_rmse: 0.85,
      psi: 0.4,
      psi_genre_mean: 0.4,
      psi_year: 0.1,
      volume: 1000,
    },
  });
});

Deno.test("execute() decides a condition by what the stages before gave, and keeps to that when it resumes", async () => {
  await using pool = await testPool();
  let mode = "warm";
  let isBroken = true;
  const tasks = {
    a: fakeTask({ run: () => Promise.resolve({ mode, rowsOut: 7 }) }),
    b: fakeTask(),
    c: fakeTask(),
    d: fakeTask({ run: () => isBroken ? Promise.reject(new Error("broken")) : Promise.resolve({}) }),
  };
  const stages = inARow([
    fakeStage("a"),
    conditional("b", 'a.mode == "scratch"'),
    conditional("c", 'a.rows_out > 6 and b.status == "skipped"'),
    fakeStage("d"),
  ]);
  const { stages: planned } = plan(fakeManifest(stages), tasks, await readPlanState(pool, DAY, { stages }));
  assert.deepEqual(planned!.map(({ action }) => action), ["run", "if", "if", "run"]);
  assert.equal(planned![1].reason, 'when a.mode == "scratch": runs every time');

  const { run } = await executeFake(pool, DAY, { stages, tasks });
  const journalled = () =>
    ask(
      pool.url,
      "select stage, status, outputs ->> 'reason', outputs ->> 'skipped_by' from ops_db.stage_runs order by 1, attempt",
    );
  const first = [
    ["a", "succeeded", null, null],
    ["b", "skipped", 'when a.mode == "scratch" does not hold', "when"],
    ["c", "succeeded", null, null],
  ];
  assert.deepEqual(await journalled(), [...first, ["d", "failed", null, null]]);

  [mode, isBroken] = ["scratch", false];
  const due = { ...DAY, unfinished: run };
  const state = await readPlanState(pool, due, { stages });
  const { stages: resumed } = plan(fakeManifest(stages), tasks, state);
  assert.deepEqual(resumed!.map(({ action }) => action), ["skip", "skip", "skip", "run"]);
  await executeFake(pool, due, { stages, tasks });
  assert.deepEqual(await journalled(), [...first, ["d", "failed", null, null], [
    "d",
    "succeeded",
    null,
    null,
  ]]);
  assert.deepEqual(await runs(pool), ["2026-03-01 daily succeeded"]);
});

Deno.test("execute() of one stage by name does not ask its condition", async () => {
  await using pool = await testPool();
  const stages = inARow([fakeStage("a"), conditional("b", 'a.status == "skipped"')]);
  const tasks = { a: fakeTask(), b: fakeTask() };
  const { run } = await executeFake(pool, DAY, { stages, tasks });
  await executeFake(pool, { ...DAY, unfinished: run }, { stages, tasks, selection: { only: "b" } });
  const rows = await ask(pool.url, "select stage, status from ops_db.stage_runs order by stage_run_id");
  assert.deepEqual(rows, [["a", "succeeded"], ["b", "skipped"], ["b", "succeeded"]]);
});

Deno.test("execute() that resumes keeps to a skip although the metrics have moved, and notes no skip twice", async () => {
  await using pool = await testPool();
  let isBroken = true;
  const tasks = {
    a: fakeTask(),
    off: fakeTask(),
    b: fakeTask({ run: () => isBroken ? Promise.reject(new Error("broken")) : Promise.resolve({}) }),
  };
  const stages = inARow([
    conditional("a", "metrics.psi > 0.5"),
    fakeStage("off", { enabled: false }),
    fakeStage("b"),
  ]);
  const { run } = await executeFake(pool, DAY, { stages, tasks });
  await pool.script("insert into ops_db.metric_history (run_id, metric, value) values (1, 'psi', 0.9)");
  isBroken = false;
  await executeFake(pool, { ...DAY, unfinished: run }, { stages, tasks });
  const rows = await ask(
    pool.url,
    "select stage, attempt, status from ops_db.stage_runs order by stage_run_id",
  );
  assert.deepEqual(rows.map((row) => row.join(" ")), [
    "a 1 skipped",
    "off 1 skipped",
    "b 1 failed",
    "b 2 succeeded",
  ]);
});

Deno.test("execute() takes a stage that was not asked for as skipped", async () => {
  await using pool = await testPool();
  const stages = inARow([
    fakeStage("a"),
    conditional("b", 'a.status == "succeeded"'),
    conditional("c", 'a.status == "skipped"'),
  ]);
  const tasks = { a: fakeTask(), b: fakeTask(), c: fakeTask() };
  await executeFake(pool, DAY, { stages, tasks, selection: { stages: ["b", "c"] } });
  const rows = await ask(pool.url, "select stage, status from ops_db.stage_runs order by stage_run_id");
  assert.deepEqual(rows, [["b", "skipped"], ["c", "succeeded"]]);
});
