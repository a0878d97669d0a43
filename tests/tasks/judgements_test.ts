import assert from "@std/assert";
import { explainJudgement } from "../../tasks/_judgements.ts";
import evaluate from "../../tasks/evaluate.ts";
import train from "../../tasks/train.ts";
import { bootstrapped, type Day, FAST, type SmallLake, smallLake } from "./_small_lake.ts";
import { ask, askOne } from "./import/_ask.ts";

const ROOMY = {
  ...{ margin_rmse: 9, margin_ndcg: 1, min_users: 1 },
  ...{ slice_margin_rmse: 9, slice_margin_ndcg: 1, max_coverage_loss: 1 },
};
const trainAnew = async (day: Day, seed: number) =>
  String(
    (await day.stage("train", train, { params: { ...FAST, mode: "scratch" }, parts: { seed } })).version,
  );

/** What must not move while the champion stays: its row, its figures. */
async function liveFigures({ pool }: SmallLake) {
  return [
    await ask(
      pool.url,
      "select version, metrics::text, decided_at from ops_db.model_versions where status = 'champion'",
    ),
    await ask(pool.url, "select metric, version, value, run_id from ops_db.best_score order by metric"),
    await ask(pool.url, "select version from ops_db.promotions order by promotion_id"),
  ];
}

Deno.test("explainJudgement() recomputes a verdict to the bit, and vouches for no other", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const day = await bootstrapped(lake);
  assert.equal(await explainJudgement(pool, day.id), null);
  const first = await trainAnew(day, 1);
  await day.stage("evaluate", evaluate);
  const before = await liveFigures(lake);

  // Refused: nothing of the champion's moves, and the refused one's figures are its own.
  const refused = await trainAnew(day, 2);
  const strict = { ...ROOMY, min_users: 10_000, on_few_users: "keep" };
  await day.stage("evaluate", evaluate, { params: strict });
  assert.deepEqual(await liveFigures(lake), before);
  const kept = JSON.parse(
    (await askOne(pool.url, `select metrics::text from ops_db.model_versions where version = '${refused}'`))!,
  );
  assert.ok(kept.rmse > 0);

  const second = await trainAnew(day, 3);
  await day.stage("evaluate", evaluate, { params: ROOMY });
  assert.notDeepEqual(await liveFigures(lake), before);
  const text = (await explainJudgement(pool, day.id))!;
  assert.match(text, new RegExp(`^${first}  promoted → goes live: the first version$`, "m"));
  assert.match(
    text,
    new RegExp(`^${refused}  inconclusive: \\d+ people in the hold-out, 10000 are needed$`, "m"),
  );
  assert.match(text, new RegExp(`^${second}  promoted → goes live: RMSE `, "m"));
  assert.match(
    text,
    new RegExp(
      `^  RMSE \\d\\.\\d{4} against \\d\\.\\d{4} of ${first} \\(champion, month's best, standard\\), harm [+−]`,
      "m",
    ),
  );
  assert.match(
    text,
    /^Asked {6}harm surely within 9 stars of RMSE and 1 of nDCG@10, beside every rival; at least 1 people$/m,
  );
  assert.equal(text.match(/Recomputed from what is stored: the same to the last bit\./g)?.length, 3);
  assert.deepEqual(await ask(pool.url, "select champion from ops_db.judgements order by 1 desc limit 1"), [
    [[first, second].sort().at(-1)],
  ]);

  // A single score that is other than it was: the verdict may be the same, the interval is not.
  await pool.script(`
    update ops_db.judgement_scores set squared_errors[1] = squared_errors[1] + 1e-9
    where version = '${second}' and judgement_id = (select max(judgement_id) from ops_db.judgements)`);
  await assert.rejects(
    explainJudgement(pool, day.id),
    /^Error: Cannot vouch for judgement 3 of run \d+ as it should/,
  );

  // A season later what was given is gone; what was decided stays.
  const later = await lake.day({ kind: "daily", day: "2026-06-01" });
  await later.take("ingest", "clean", "features");
  await trainAnew(later, 4);
  await later.stage("evaluate", evaluate, { params: { ...ROOMY, keep_pairs: "90d" } });
  const left = "select count(distinct judgement_id) from ops_db.judgement_scores";
  assert.equal(await askOne(pool.url, left), "1");
  assert.match((await explainJudgement(pool, day.id))!, /older than evaluate's keep_pairs/);
  assert.match((await explainJudgement(pool, later.id))!, /the same to the last bit/);
});

Deno.test("evaluate takes a champion that was put there by hand as the standard", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const day = await bootstrapped(lake);
  const first = await trainAnew(day, 1);
  await day.stage("evaluate", evaluate);
  const second = await trainAnew(day, 2);
  await day.stage("evaluate", evaluate, { params: { ...ROOMY, min_users: 10_000, on_few_users: "keep" } });
  const standards = () =>
    ask(
      pool.url,
      "select standards ->> 'rmse', standards ->> 'ndcg' from ops_db.judgements order by judgement_id desc limit 1",
    );
  assert.deepEqual(await standards(), [[first, first]]);
  await pool.script(`
    update ops_db.model_versions set status = 'retired' where version = '${first}';
    update ops_db.model_versions set status = 'champion' where version = '${second}'`);
  await trainAnew(day, 3);
  await day.stage("evaluate", evaluate, { params: { ...ROOMY, min_users: 10_000, on_few_users: "keep" } });
  assert.deepEqual(await standards(), [[second, second]]);
});

Deno.test("evaluate goes on without a standard whose file is gone, and says so", async () => {
  await using lake = await smallLake();
  const day = await bootstrapped(lake);
  const first = await trainAnew(day, 1);
  await day.stage("evaluate", evaluate);
  const second = await trainAnew(day, 2);
  await day.stage("evaluate", evaluate, { params: { ...ROOMY, margin_rmse: 0.5 } });
  await Deno.remove(`${lake.artifacts}/models/${first}.bin`);
  await trainAnew(day, 3);
  await day.stage("evaluate", evaluate, { params: ROOMY });
  assert.ok(day.lines.some((line) => line.startsWith(`warn version ${first} is not compared with: `)));
  const parties = await askOne(
    lake.pool.url,
    "select parties ->> 'standards' from ops_db.judgements order by judgement_id desc limit 1",
  );
  assert.deepEqual(Object.values(JSON.parse(parties!)), [second, second]);
});
