import assert from "@std/assert";
import { FeatureState } from "../../models/feature_state.ts";
import { Histories } from "../../models/histories.ts";
import { IdIndex } from "../../models/id_index.ts";
import { drift, type Profile } from "../../models/profile.ts";
import { observe } from "../../models/ratings.ts";
import { readMovies } from "../../tasks/_lake.ts";
import { readRatings } from "../../tasks/_ratings.ts";
import evaluate from "../../tasks/evaluate.ts";
import monitor from "../../tasks/monitor.ts";
import prequential from "../../tasks/prequential.ts";
import train from "../../tasks/train.ts";
import { post, type RawRating } from "./_archive.ts";
import { bootstrapped, type Day, FAST, type SmallLake, smallLake } from "./_small_lake.ts";
import { ask } from "./import/_ask.ts";

/** metric and slice → value, threshold, breach. */
async function history({ pool }: SmallLake, { id }: Day) {
  const rows = await ask(
    pool.url,
    `select metric || ' ' || slice, value, threshold, is_breach from ops_db.metric_history where run_id = ${id}`,
  );
  return Object.fromEntries(rows.map(([key, value, threshold, isBreach]) => [
    key,
    {
      value: Number(value),
      threshold: threshold === null ? null : Number(threshold),
      isBreach: isBreach === "true",
    },
  ]));
}

/** A day whose batch went through all stages that monitor looks at. */
async function measuredDay(lake: SmallLake, day: string, size = 300): Promise<Day> {
  const run = await lake.day({ kind: "daily", day, settings: { batch: { size, atMost: 1 } } });
  await run.take("ingest", "clean");
  await run.stage("prequential", prequential);
  await run.take("features");
  return run;
}

async function championLake(): Promise<SmallLake> {
  const lake = await smallLake();
  const first = await bootstrapped(lake);
  await first.stage("train", train, { params: FAST });
  await first.stage("evaluate", evaluate);
  // The batches of a test arrive now, its runs at a made-up time: freshness is measured between the two.
  await lake.pool.script("alter table ops_db.batches alter created_at set default '2026-03-01T00:00:00Z'");
  await lake.pool.script("update ops_db.batches set created_at = '2026-03-01T00:00:00Z'");
  return lake;
}

/** PSI of batch 1 against the champion's profile, from the lake's first rating on, forwards. */
async function recomputeDrift({ pool }: SmallLake): Promise<Record<string, number>> {
  const { catalogue } = await readMovies(pool);
  const state = new FeatureState(catalogue);
  const rule = { seed: 1, newestBatch: 1, holdoutDays: 7 };
  const reading = { users: new IdIndex(), catalogue, rule };
  const moment = { state, histories: new Histories() };
  for await (const chunk of readRatings(pool, { ...reading, batches: [0, 0] })) {
    for (let row = 0; row < chunk.length; row++) observe(moment, chunk, row);
  }
  const [[text]] = await ask(pool.url, "select config -> 'profile' #>> '{}' from ops_db.model_versions");
  const profile: Profile = JSON.parse(String(text));
  return await drift(profile, readRatings(pool, { ...reading, batches: [1, 1] }), { state, seed: 1 });
}

Deno.test("monitor writes volume, freshness, quality and drift of the newest batch, once", async () => {
  await using lake = await championLake();
  const day = await measuredDay(lake, "2026-03-02");
  const result = await day.stage("monitor", monitor);
  const found = await history(lake, day);
  assert.deepEqual(Object.keys(found).sort(), [
    "freshness_hours all",
    "late_share all",
    "prequential_rmse all",
    "psi movie_count",
    "psi movie_mean",
    "psi movie_year",
    "psi rating",
    "psi user_count",
    "psi user_mean",
    "reject_share all",
    "volume all",
  ]);
  assert.deepEqual(result, { rowsIn: 11, rowsOut: 11, breaches: 0 });
  // The run starts at 02:00 of the day after the batch's midnight.
  assert.deepEqual(found["freshness_hours all"], { value: 26, threshold: 48, isBreach: false });
  assert.deepEqual(found["volume all"], { value: 300, threshold: null, isBreach: false });
  assert.deepEqual(found["reject_share all"], { value: 0, threshold: 0.05, isBreach: false });
  assert.deepEqual(found["late_share all"], { value: 0, threshold: 0.5, isBreach: false });
  const [[rmse]] = await ask(
    lake.pool.url,
    `select value from ops_db.model_metrics
     where run_id = ${day.id} and protocol = 'prequential' and slice = 'all' and metric = 'rmse' and version <> 'bias'`,
  );
  assert.deepEqual(found["prequential_rmse all"], { value: Number(rmse), threshold: null, isBreach: false });
  // A handful of people is no population: measured, not judged.
  assert.equal(found["psi rating"].threshold, null);
  for (const [variable, psi] of Object.entries(await recomputeDrift(lake))) {
    assert.ok(Math.abs(found[`psi ${variable}`].value - psi) < 1e-9, `${variable}: ${psi}`);
  }
  assert.ok(day.lines.some((line) => /^detail drift is not judged: \d+ people, 100 are needed$/.test(line)));

  await lake.pool.script("update ops_db.batch_ranges set n_late = 200 where batch_id = 1");
  await day.stage("monitor", monitor, { params: { freshness_hours: 25 } });
  assert.deepEqual((await history(lake, day))["late_share all"], {
    value: 2 / 3,
    threshold: 0.5,
    isBreach: true,
  });
  assert.equal(
    (await history(lake, day))["freshness_hours all"].isBreach,
    true,
    "measured again, it is replaced",
  );
  assert.ok(day.lines.includes("warn freshness_hours is 26.0, threshold 25"));
});

Deno.test("monitor warns of a thin batch, and of drift where there are people enough", async () => {
  await using lake = await championLake();
  await measuredDay(lake, "2026-03-02");
  await measuredDay(lake, "2026-03-03", 200);
  const day = await measuredDay(lake, "2026-03-04", 120);
  const params = { psi_users: 1, psi: 1e-6, rmse_rise: 1e-9 };
  const { breaches } = await day.stage("monitor", monitor, { params });
  const found = await history(lake, day);
  // Half of the median of 300 and 200: the bootstrap's thousands do not count.
  assert.deepEqual(found["volume all"], { value: 120, threshold: 125, isBreach: true });
  assert.ok(day.lines.includes("warn volume is 120, threshold 125"));
  assert.deepEqual(found["psi rating"].threshold, 1e-6);
  assert.ok(found["psi rating"].isBreach);
  assert.ok(day.lines.some((line) => line.startsWith("warn psi of rating is ")));
  const warned = day.lines.filter((line) => line.startsWith("warn "));
  assert.equal(warned.length, breaches);
  const before = await ask(
    lake.pool.url,
    "select avg(value) from ops_db.metric_history where metric = 'prequential_rmse' and run_id < 4",
  );
  assert.deepEqual(before, [[null]], "the other days had no monitor");
  const [[mean]] = await ask(
    lake.pool.url,
    `select avg(value) from ops_db.model_metrics
     where run_id in (2, 3) and protocol = 'prequential' and slice = 'all' and metric = 'rmse' and version <> 'bias'`,
  );
  assert.ok(Math.abs(found["prequential_rmse all"].threshold! - Number(mean)) < 1e-6);
});

Deno.test("monitor counts what was refused", async () => {
  await using lake = await championLake();
  const { pool } = lake;
  const [[movie]] = await ask(pool.url, "select min(movie_id) from data_lake_db.movies");
  const rate = (rating: number): RawRating => ({
    user: 1,
    movie: Number(movie),
    rating,
    at: "2026-02-01T00:00:00Z",
  });
  await post(pool, [rate(7), rate(-1), rate(9)]);
  const day = await measuredDay(lake, "2026-03-02", 27);
  await day.stage("monitor", monitor);
  const found = await history(lake, day);
  assert.deepEqual(found["reject_share all"], { value: 0.1, threshold: 0.05, isBreach: true });
  assert.equal(found["volume all"].value, 27);
});

Deno.test("monitor without a champion, or without a batch, measures what there is", async () => {
  await using lake = await smallLake();
  const day = await lake.day({ kind: "bootstrap" });
  assert.deepEqual(await day.stage("monitor", monitor), {
    rowsIn: 0,
    rowsOut: 0,
    reason: "no batch has features yet",
  });
  await day.take("ingest", "clean", "features");
  await day.stage("monitor", monitor);
  assert.deepEqual(Object.keys(await history(lake, day)).sort(), [
    "freshness_hours all",
    "late_share all",
    "reject_share all",
    "volume all",
  ]);
});
