import assert from "@std/assert";
import type { Pool } from "../../sql/db.ts";
import { FeatureState } from "../../models/feature_state.ts";
import { Histories } from "../../models/histories.ts";
import { IdIndex } from "../../models/id_index.ts";
import { createBias } from "../../models/bias.ts";
import { readMovies } from "../../tasks/_lake.ts";
import { readChampion } from "../../tasks/_versions.ts";
import evaluate from "../../tasks/evaluate.ts";
import prequential from "../../tasks/prequential.ts";
import train from "../../tasks/train.ts";
import { post } from "./_archive.ts";
import { bootstrapped, type Day, FAST, type SmallLake, smallLake } from "./_small_lake.ts";
import { ask } from "./import/_ask.ts";

/** A lake with a champion, and a day on which people also rate live: again, late, and for the first time. */
async function championLake(): Promise<{ lake: SmallLake; champion: string }> {
  const lake = await smallLake();
  const day = await bootstrapped(lake);
  const { version } = await day.stage("train", train, { params: FAST });
  await day.stage("evaluate", evaluate);
  await day.stage("prequential", prequential);
  const [[user, movie], [other, unseen]] = await ask(
    lake.pool.url,
    `(select user_id, movie_id from data_lake_db.ratings order by rating_id limit 1) union all
     select max(user_id) + 1, min(movie_id) from data_lake_db.ratings`,
  );
  const rate = (user: string | null, movie: string | null, rating: number, at: string) => {
    return { user: Number(user), movie: Number(movie), rating, at };
  };
  await post(lake.pool, [
    rate(user, movie, 0.5, "2025-01-01T00:00:00Z"),
    rate(user, movie, 5, "2024-01-01T00:00:00Z"),
    rate(other, unseen, 4, "2025-01-01T00:00:00Z"),
    rate(other, movie, 1, "2025-01-01T00:01:00Z"),
  ]);
  return { lake, champion: String(version) };
}

/** RMSE of the champion and of the bias baseline from batch `first` on: every lake row in order, state by state. */
async function recompute(lake: SmallLake, first: number) {
  const champion = (await readChampion({ db: lake.pool, artifacts: lake.artifacts }))!;
  const { catalogue } = await readMovies(lake.pool);
  const users = new IdIndex();
  const moment = { state: new FeatureState(catalogue), histories: new Histories(), users };
  const errors: [champion: number, bias: number][] = [];
  const bias = createBias();
  for (
    const [batch, userId, movieId, rating, replaces, isStale] of await ask(
      lake.pool.url,
      `select batch_id, user_id, movie_id, rating, replaces, is_stale
       from data_lake_db.ratings order by batch_id, lane, rating_id`,
    )
  ) {
    if (isStale === "true") continue;
    const [user, movie, stars] = [
      users.add(Number(userId)),
      catalogue.movies.get(Number(movieId))!,
      Number(rating),
    ];
    if (Number(batch) >= first) {
      const predicted = champion.scorer.predict!(moment, user, movie);
      errors.push([predicted - stars, bias.predict(moment, user, movie) - stars]);
    }
    moment.state.observe(user, movie, stars, replaces === null ? NaN : Number(replaces));
    moment.histories.observe(user, movie, stars);
  }
  const rmse = (i: 0 | 1) => Math.sqrt(errors.reduce((sum, error) => sum + error[i] ** 2, 0) / errors.length);
  return { champion: rmse(0), bias: rmse(1), n: errors.length };
}

/** RMSE by scorer, of everything that `day` measured. */
async function measured(pool: Pool, { id }: Day): Promise<Record<string, { value: number; n: number }>> {
  const rows = await ask(
    pool.url,
    `select version, value, n from ops_db.model_metrics
     where run_id = ${id} and protocol = 'prequential' and slice = 'all' and metric = 'rmse'`,
  );
  return Object.fromEntries(
    rows.map(([scorer, value, n]) => [scorer, { value: Number(value), n: Number(n) }]),
  );
}

function assertNear(found: number, wanted: number): void {
  assert.ok(Math.abs(found - wanted) < 1e-9, `${found} is not ${wanted}`);
}

Deno.test("prequential gives each rating's error as of its own moment, wherever features stands", async () => {
  const { lake, champion } = await championLake();
  await using _ = lake;
  const { pool } = lake;
  const day = await lake.day({ kind: "daily", day: "2026-03-02" });
  await day.take("ingest", "clean");
  const wanted = await recompute(lake, 1);
  assert.ok(wanted.n > 290, `${wanted.n} ratings`);

  const result = await day.stage("prequential", prequential);
  assert.equal(result.rowsOut, wanted.n);
  assertNear(Number(result.rmse), wanted.champion);
  const above = await measured(pool, day);
  assert.deepEqual(Object.keys(above).sort(), [champion, "bias"].sort());
  assertNear(above.bias.value, wanted.bias);
  assert.equal(above[champion].n, wanted.n);

  // The same day with the stage below features: the sums are past the batch then.
  await day.take("features");
  await pool.script("delete from ops_db.batch_stages where task = 'prequential' and batch_id = 1");
  await pool.script("delete from ops_db.model_metrics where protocol = 'prequential'");
  await day.stage("prequential", prequential);
  assert.deepEqual(await measured(pool, day), above);
});

Deno.test("prequential counts what features has left undone", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  // On the second day features stands still, so the sums are a batch behind on the third.
  for (const label of ["2026-03-02", "2026-03-03"]) {
    const day = await lake.day({ kind: "daily", day: label });
    await day.take("ingest", "clean");
    const wanted = await recompute(lake, day.id - 1);
    const { rmse, rowsOut } = await day.stage("prequential", prequential);
    assert.equal(rowsOut, wanted.n);
    assertNear(Number(rmse), wanted.champion);
  }
});

Deno.test("prequential makes up for the days on which it stood still", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  for (const label of ["2026-03-02", "2026-03-03"]) {
    await (await lake.day({ kind: "daily", day: label })).take("ingest", "clean", "features");
  }
  const wanted = await recompute(lake, 1);
  const day = await lake.day({ kind: "daily", day: "2026-03-04" });
  const { rmse, rowsOut } = await day.stage("prequential", prequential);
  assert.equal(rowsOut, wanted.n);
  assertNear(Number(rmse), wanted.champion);
});

Deno.test("prequential only marks what the champion was trained on", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  const { pool } = lake;
  const day = await lake.day({ kind: "daily", day: "2026-03-02" });
  await day.take("ingest", "clean", "features");
  await pool.script("update ops_db.model_versions set through_batch = 1");
  assert.deepEqual(await day.stage("prequential", prequential), { rowsIn: 0, rowsOut: 0, rmse: undefined });
  assert.deepEqual(await measured(pool, day), {});
  const marked = await ask(
    pool.url,
    "select batch_id from ops_db.batch_stages where task = 'prequential' order by 1",
  );
  assert.deepEqual(marked, [["0"], ["1"]]);
});

Deno.test("prequential without a champion measures nothing, and marks the batch", async () => {
  await using lake = await smallLake();
  const day = await bootstrapped(lake);
  assert.deepEqual(await day.stage("prequential", prequential), { rowsIn: 0, rowsOut: 0, rmse: undefined });
  assert.deepEqual(await measured(lake.pool, day), {});
  assert.deepEqual(await day.context("prequential").pendingBatches("clean"), []);
});
