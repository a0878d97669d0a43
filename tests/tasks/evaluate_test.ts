import assert from "@std/assert";
import { createBias } from "../../models/bias.ts";
import { FeatureState } from "../../models/feature_state.ts";
import { Histories } from "../../models/histories.ts";
import { IdIndex } from "../../models/id_index.ts";
import { isHeldOut } from "../../models/evaluation/split.ts";
import { readMovies } from "../../tasks/_lake.ts";
import { readChampion } from "../../tasks/_versions.ts";
import evaluate from "../../tasks/evaluate.ts";
import train from "../../tasks/train.ts";
import { bootstrapped, type Day, FAST, type SmallLake, smallLake } from "./_small_lake.ts";
import { ask, askOne } from "./import/_ask.ts";

const ROOMY = {
  ...{ margin_rmse: 9, margin_ndcg: 1, min_users: 1 },
  ...{ slice_margin_rmse: 9, slice_margin_ndcg: 1, max_coverage_loss: 1 },
};
const STRICT = { margin_rmse: 0, margin_ndcg: 0, min_users: 1 };

const trainAnew = async (day: Day, seed: number, params: object = FAST) =>
  String(
    (await day.stage("train", train, { params: { ...params, mode: "scratch" }, parts: { seed } })).version,
  );

async function statuses({ pool }: SmallLake): Promise<Record<string, string>> {
  return Object.fromEntries(await ask(pool.url, "select version, status from ops_db.model_versions"));
}

/** Hold-out figures of `scorer` that `run` wrote, all users. */
async function holdout({ pool }: SmallLake, run: number, scorer: string): Promise<Record<string, number>> {
  const rows = await ask(
    pool.url,
    `select metric, value from ops_db.model_metrics
     where run_id = ${run} and protocol = 'holdout' and slice = 'all' and version = '${scorer}'`,
  );
  return Object.fromEntries(rows.map(([metric, value]) => [metric, Number(value)]));
}

async function bestScore({ pool }: SmallLake): Promise<{ version: string; figures: Record<string, number> }> {
  const rows = await ask(pool.url, "select metric, version, value from ops_db.best_score");
  const versions = new Set(rows.map(([, version]) => version));
  assert.equal(versions.size, 1, "one version's figures");
  return {
    version: String(rows[0][1]),
    figures: Object.fromEntries(rows.map(([metric, , v]) => [metric, Number(v)])),
  };
}

/** RMSE of the champion and the bias baseline on the hold-out, by a plain walk over the whole lake. */
async function recompute({ pool, artifacts }: SmallLake) {
  const champion = (await readChampion({ db: pool, artifacts }))!;
  const { catalogue } = await readMovies(pool);
  const users = new IdIndex();
  const moment = { state: new FeatureState(catalogue), histories: new Histories(), users };
  const bias = createBias();
  const rows = await ask(
    pool.url,
    `select batch_id, kind, rating_id, user_id, movie_id, rating, replaces, is_stale
     from data_lake_db.ratings join ops_db.batches using (batch_id) order by batch_id, lane, rating_id`,
  );
  const sizes = Map.groupBy(rows, ([batch]) => Number(batch));
  const newestBatch = Math.max(...sizes.keys());
  const squares = { champion: 0, bias: 0, n: 0 };
  const positions = new Map<number, number>();
  for (const [batch, kind, id, userId, movieId, rating, replaces, isStale] of rows) {
    const number = Number(batch);
    const position = positions.get(number) ?? 0;
    positions.set(number, position + 1);
    if (isStale === "true") continue;
    const place = {
      ratingId: Number(id),
      batch: { id: number, kind: kind as "bootstrap" | "daily", nRatings: sizes.get(number)!.length },
      position,
    };
    const [user, movie, stars] = [
      users.add(Number(userId)),
      catalogue.movies.get(Number(movieId))!,
      Number(rating),
    ];
    if (isHeldOut(place, { seed: 1, newestBatch, holdoutDays: 7 })) {
      squares.champion += (champion.scorer.predict!(moment, user, movie) - stars) ** 2;
      squares.bias += (bias.predict(moment, user, movie) - stars) ** 2;
      squares.n++;
    }
    moment.state.observe(user, movie, stars, replaces === null ? NaN : Number(replaces));
    moment.histories.observe(user, movie, stars);
  }
  return { champion: Math.sqrt(squares.champion / squares.n), bias: Math.sqrt(squares.bias / squares.n) };
}

Deno.test("evaluate promotes the first version, whose figures are the best score", async () => {
  await using lake = await smallLake();
  const day = await bootstrapped(lake);
  const version = await trainAnew(day, 1);
  const result = await day.stage("evaluate", evaluate, { params: STRICT });
  assert.deepEqual([result.verdict, result.reason, result.version], [
    "promoted",
    "the first version",
    version,
  ]);
  assert.deepEqual(await statuses(lake), { [version]: "champion" });
  const measured = await holdout(lake, day.id, version);
  for (const metric of ["rmse", "mae", "recall@10", "ndcg@10", "mrr@10", "coverage"]) {
    assert.ok(Number.isFinite(measured[metric]), metric);
  }
  const { figures } = await bestScore(lake);
  assert.deepEqual(
    figures,
    Object.fromEntries(Object.keys(figures).map((metric) => [metric, measured[metric]])),
  );
  assert.equal(Object.keys(figures).length, 6);
  const kept = JSON.parse((await askOne(lake.pool.url, "select metrics::text from ops_db.model_versions"))!);
  assert.equal(kept.rmse, measured.rmse);
  assert.equal(kept.fit.examples, 4_320);
  for (const baseline of ["bias", "popularity"]) {
    assert.ok(Object.keys(await holdout(lake, day.id, baseline)).length > 0, baseline);
  }
});

Deno.test("evaluate measures as a plain walk over the lake does, on the open hold-out of all batches", async () => {
  await using lake = await smallLake();
  const first = await bootstrapped(lake);
  await trainAnew(first, 1);
  await first.stage("evaluate", evaluate, { params: STRICT });
  const day = await lake.day({ kind: "daily", day: "2026-03-02" });
  await day.take("ingest", "clean", "features");
  const version = await trainAnew(day, 2);
  await day.stage("evaluate", evaluate, { params: ROOMY });
  const wanted = await recompute(lake);
  const found = [(await holdout(lake, day.id, version)).rmse, (await holdout(lake, day.id, "bias")).rmse];
  assert.ok(Math.abs(found[0] - wanted.champion) < 1e-9, `${found[0]} is not ${wanted.champion}`);
  assert.ok(Math.abs(found[1] - wanted.bias) < 1e-9, `${found[1]} is not ${wanted.bias}`);
});

Deno.test("evaluate keeps exactly one champion, and the best score is that of the champion", async () => {
  await using lake = await smallLake();
  const day = await bootstrapped(lake);
  const first = await trainAnew(day, 1);
  await day.stage("evaluate", evaluate, { params: STRICT });

  // A model that only ranks has no RMSE: it is refused, and the champion, scored anew, stays.
  const refused = await trainAnew(day, 2, { model: "popularity" });
  const rejected = await day.stage("evaluate", evaluate, { params: ROOMY });
  assert.deepEqual([rejected.verdict, rejected.version], ["rejected", refused]);
  assert.deepEqual(await statuses(lake), { [first]: "champion", [refused]: "rejected" });
  assert.equal((await bestScore(lake)).version, first);

  const second = await trainAnew(day, 3);
  const promoted = await day.stage("evaluate", evaluate, { params: ROOMY });
  assert.equal(promoted.verdict, "promoted");
  assert.deepEqual(await statuses(lake), { [first]: "retired", [refused]: "rejected", [second]: "champion" });
  const best = await bestScore(lake);
  assert.equal(best.version, second);
  assert.equal(best.figures.rmse, (await holdout(lake, day.id, second)).rmse);

  const third = await trainAnew(day, 4);
  const crowd = await day.stage("evaluate", evaluate, {
    params: { ...ROOMY, min_users: 10_000, on_few_users: "keep" },
  });
  assert.deepEqual([crowd.verdict, crowd.is_promoted], ["inconclusive", false]);
  assert.match(String(crowd.reason), /^\d+ people in the hold-out, 10000 are needed$/);
  assert.equal((await statuses(lake))[third], "inconclusive");
  assert.equal((await bestScore(lake)).version, second);
});

Deno.test("evaluate meets the month's best as well as the champion", async () => {
  await using lake = await smallLake();
  const day = await bootstrapped(lake);
  const weak = { config: { ...FAST.config, learning_rate: 1e-6 } };
  const good = await trainAnew(day, 1, { config: { ...FAST.config, epochs: 4, batch_size: 64 } });
  await day.stage("evaluate", evaluate, { params: STRICT });
  const worse = await trainAnew(day, 1, weak);
  await day.stage("evaluate", evaluate, { params: ROOMY });
  assert.equal((await statuses(lake))[worse], "champion");
  // As good as the champion, so only the retired version stands in its way.
  await trainAnew(day, 1, { config: { ...weak.config, learning_rate: 2e-6 } });
  const result = await day.stage("evaluate", evaluate, { params: { ...ROOMY, margin_rmse: 0.001 } });
  assert.equal(result.verdict, "rejected");
  assert.match(String(result.reason), new RegExp(`^RMSE .* of ${good} \\(month's best, standard\\)`));
});

Deno.test("evaluate without a candidate says so", async () => {
  await using lake = await smallLake();
  const day = await bootstrapped(lake);
  const result = await day.stage("evaluate", evaluate);
  assert.deepEqual(result, { rowsIn: 0, rowsOut: 0, verdict: "none", reason: "no candidate waits" });
});

Deno.test("evaluate leaves out rows that a version of another seed may have learned", async () => {
  await using lake = await smallLake();
  const day = await bootstrapped(lake);
  await trainAnew(day, 1);
  await day.stage("evaluate", evaluate, { params: STRICT });
  const next = await lake.day({ kind: "daily", day: "2026-03-02" });
  await next.take("ingest", "clean", "features");
  await trainAnew(next, 2);
  await lake.pool.script(
    "update ops_db.model_versions set config = config || '{\"seed\": 5}' where status = 'champion'",
  );
  await next.stage("evaluate", evaluate, { params: ROOMY });
  const rated = await askOne(
    lake.pool.url,
    `select n from ops_db.model_metrics
     where run_id = ${next.id} and protocol = 'holdout' and version = 'bias' and slice = 'all' and metric = 'rmse'`,
  );
  // About a tenth of the 300 of batch 1; the 480 of the bootstrap are out.
  assert.ok(Number(rated) > 10 && Number(rated) < 70, `${rated} ratings`);
  assert.ok(next.lines.some((line) => /^warn version .* another seed/.test(line)));
});
