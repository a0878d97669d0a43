/** Several models trained in one day: all are judged, one goes live, and the plan says so before. */
import assert from "@std/assert";
import evaluate from "../../tasks/evaluate.ts";
import train from "../../tasks/train.ts";
import { readPlanState } from "../../tasks/runner/plan/state.ts";
import { bootstrapped, FAST, smallLake } from "./_small_lake.ts";
import { ask } from "./import/_ask.ts";

const CANDIDATES = [
  { model: "two_tower", config: FAST.config },
  { model: "two_tower", config: { ...FAST.config, learning_rate: 1e-6 } },
  { model: "bias" },
];
const ROOMY = {
  ...{ margin_rmse: 9, margin_ndcg: 1, min_users: 1 },
  ...{ slice_margin_rmse: 9, slice_margin_ndcg: 1, max_coverage_loss: 1 },
};
const STATUSES =
  "select model, mode, status from ops_db.model_versions order by created_at, model, status, version";

Deno.test("train makes every candidate, evaluate judges all, and the best that passes goes live", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const first = await bootstrapped(lake);
  const trained = await first.stage("train", train, { params: { candidates: CANDIDATES } });
  assert.equal(trained.mode, "scratch");
  assert.match(String(trained.versions), /^two_tower \w{16}, two_tower \w{16}, bias \w{16}$/);
  const state = await readPlanState(pool, { kind: "daily", day: "2026-03-02" });
  assert.deepEqual(state.candidates.map(({ model }) => model).sort(), ["bias", "two_tower", "two_tower"]);
  assert.equal(new Set(state.candidates.map(({ spec }) => spec)).size, 3);
  const decision = evaluate.plan!(state, {} as never);
  assert.ok(decision.action === "run" && decision.outcomes?.length === 3);

  // Among first versions, one that rates and ranks; of these the better.
  const { verdict, version } = await first.stage("evaluate", evaluate, { params: { prefer: "rmse" } });
  assert.equal(verdict, "promoted");
  const rows = await ask(pool.url, STATUSES);
  assert.deepEqual(rows.map((row) => row.join(" ")).sort(), [
    "bias scratch rejected",
    "two_tower scratch champion",
    "two_tower scratch rejected",
  ]);
  assert.ok(String(trained.versions).startsWith(`two_tower ${version},`));

  // The day after: the champion's own is updated, the others wait until they are due.
  const second = await lake.day({ kind: "daily", day: "2026-03-02" });
  await second.take("ingest", "clean", "features");
  const warm = await second.stage("train", train, { params: { candidates: CANDIDATES, replay: 0 } });
  assert.equal(warm.mode, "warm");
  const due = await lake.day({ kind: "daily", day: "2026-03-08" });
  const again = await due.stage("train", train, { params: { candidates: CANDIDATES } });
  assert.equal(again.mode, "scratch");
  const waiting = await readPlanState(pool, { kind: "daily", day: "2026-03-08" });
  // bias makes the same bytes every time: it is judged anew.
  assert.equal(waiting.candidates.length, 3);
  const judged = await due.stage("evaluate", evaluate, { params: ROOMY });
  assert.match(String(judged.reason), /it makes no lists, as \w+ does/);
  const [[nCandidates]] = await ask(
    pool.url,
    "select jsonb_array_length(parties -> 'candidates') from ops_db.judgements order by judgement_id desc limit 1",
  );
  assert.equal(nCandidates, "3");
});

Deno.test("train leaves a model that cannot be updated alone until it is due, and makes it then", async () => {
  await using lake = await smallLake();
  const first = await bootstrapped(lake);
  const params = { model: "bias" };
  await first.stage("train", train, { params });
  await first.stage("evaluate", evaluate);
  const second = await lake.day({ kind: "daily", day: "2026-03-02" });
  await second.take("ingest", "clean", "features");
  assert.deepEqual(await second.stage("train", train, { params }), {
    rowsIn: 0,
    rowsOut: 0,
    reason: "a bias is not updated, but made anew on 2026-03-08",
  });
  const due = await lake.day({ kind: "daily", day: "2026-03-08" });
  const { mode, reason } = await due.stage("train", train, { params });
  assert.deepEqual([mode, reason], ["scratch", "no better than the champion"]);
  // The same bytes again are no new version, but a training all the same: the next is due a week from then.
  const next = await lake.day({ kind: "daily", day: "2026-03-09" });
  const waits = await next.stage("train", train, { params });
  assert.equal(waits.reason, "a bias is not updated, but made anew on 2026-03-15");
});
