import assert from "@std/assert";
import { join } from "node:path";
import { decode } from "../../models/container.ts";
import { loadArtifact } from "../../tasks/_artifacts.ts";
import evaluate from "../../tasks/evaluate.ts";
import train from "../../tasks/train.ts";
import { bootstrapped, FAST, filesOf, smallLake } from "./_small_lake.ts";
import { ask, askOne } from "./import/_ask.ts";

const VERSIONS =
  "select version, mode, status, parent, through_batch from ops_db.model_versions order by created_at";

Deno.test("train registers a candidate named by its artifact's content, the same when repeated", async () => {
  await using lake = await smallLake();
  const { pool, artifacts } = lake;
  const day = await bootstrapped(lake);
  const { version, mode, rowsIn, rowsOut } = await day.stage("train", train, { params: FAST });
  assert.deepEqual([mode, rowsIn], ["scratch", 4_800]);
  // The bootstrap's last tenth is held out, so it is no example.
  assert.equal(rowsOut, 4_320);
  assert.deepEqual(await ask(pool.url, VERSIONS), [[version, "scratch", "candidate", null, "0"]]);
  const bytes = await loadArtifact(artifacts, `models/${version}.bin`);
  assert.equal(decode(bytes).header.model, "two_tower");
  assert.deepEqual(
    await ask(
      pool.url,
      `select n_ratings, run_id, config ->> 'seed', config ->> 'holdout_days', config -> 'config' ->> 'epochs',
              (select count(*) from jsonb_object_keys(config -> 'profile'))
       from ops_db.model_versions`,
    ),
    [["4800", String(day.id), "1", "7", "1", "6"]],
  );

  // As a replayed day: neither row nor file is there, and both come back to the bit.
  await pool.script("delete from ops_db.model_versions");
  await Deno.remove(join(artifacts, "models"), { recursive: true });
  assert.equal((await day.stage("train", train, { params: FAST })).version, version);
  assert.deepEqual(await loadArtifact(artifacts, `models/${version}.bin`), bytes);
  // As a second attempt: they are there, and stay one.
  assert.equal((await day.stage("train", train, { params: FAST })).version, version);
  assert.equal(await askOne(pool.url, "select count(*) from ops_db.model_versions"), "1");
  // Another seed gives another model.
  const other = await day.stage("train", train, { params: FAST, parts: { seed: 2 } });
  assert.notEqual(other.version, version);
  assert.deepEqual((await ask(pool.url, VERSIONS)).map(([, , status]) => status), ["retired", "candidate"]);
});

Deno.test("train warms the champion up on the new batch, and starts from scratch when that is due", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const first = await bootstrapped(lake);
  const { version: champion } = await first.stage("train", train, { params: FAST });
  await first.stage("evaluate", evaluate);
  const second = await lake.day({ kind: "daily", day: "2026-03-02" });
  await second.take("ingest", "clean", "features");
  const config = { ...FAST.config, warm_learning_rate: 0.01, warm_epochs: 1 };
  const warm = await second.stage("train", train, { params: { config, replay: 0 } });
  assert.equal(warm.mode, "warm");
  const [{ n }] = await pool.rows<{ n: number }>("../../tests/sql/queries/count_batch", [1]);
  assert.ok(
    Number(warm.rowsOut) > 0.8 * n && Number(warm.rowsOut) < n,
    `${warm.rowsOut} of ${n} are examples`,
  );
  const [, row] = await ask(pool.url, VERSIONS);
  assert.deepEqual(row, [warm.version, "warm", "candidate", champion, "1"]);

  const replayed = await second.stage("train", train, { params: { config, replay: 0.5 } });
  assert.ok(Number(replayed.rowsOut) > 1_000 && Number(replayed.rowsOut) < 3_500);
  assert.equal(
    (await second.stage("train", train, { params: { ...FAST, mode: "scratch" } })).mode,
    "scratch",
  );

  const due = { ...FAST, retrain_every: "7d" };
  const sixth = await lake.day({ kind: "daily", day: "2026-03-08" });
  assert.equal((await sixth.stage("train", train, { params: due })).mode, "warm");
  const seventh = await lake.day({ kind: "daily", day: "2026-03-09" });
  assert.equal((await seventh.stage("train", train, { params: due })).mode, "scratch");
});

Deno.test("train warm reads the window before the new batch, and no rating before that", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const first = await bootstrapped(lake);
  await first.stage("train", train, { params: FAST });
  await first.stage("evaluate", evaluate);
  const day = await lake.day({ kind: "daily", day: "2026-03-02", settings: { holdoutDays: 1 } });
  await day.take("ingest", "clean", "features");
  const config = { ...FAST.config, warm_epochs: 1 };
  const examples = async (params: object) =>
    Number((await day.stage("train", train, { params: { config, ...params } })).examples);
  const none = await examples({ replay_window: 0, replay: 1 });
  assert.equal(await examples({ replay_window: 1_000, replay: 0 }), none);
  assert.equal(await examples({ replay_window: 1_000, replay: 1 }), none + 1_000);
  assert.equal(await examples({ replay: 1 }), none + 4_800);
  // It keeps what its parent, trained from scratch, saw of the ratings: slow drift adds up until the next one.
  const profiles = "select count(distinct config -> 'profile') from ops_db.model_versions";
  assert.equal(await askOne(pool.url, profiles), "1");

  // Sums that newcomers of the window cannot have are not trained on.
  await pool.script(`
    update processed_db.user_features set rating_sum = rating_sum + 0.5
    where user_id = (select user_id from data_lake_db.ratings where batch_id = 1 group by 1
                     order by (select count(*) from data_lake_db.ratings o where o.user_id = ratings.user_id and batch_id = 0) limit 1)`);
  await assert.rejects(examples({ replay: 1 }), /sums differ from processed_db's: userCounts/);
});

Deno.test("train that is stopped leaves no version, and the next attempt sweeps what is left", async () => {
  await using lake = await smallLake();
  const { pool, artifacts } = lake;
  await bootstrapped(lake);
  const stop = new AbortController();
  const stopped = await lake.day({
    kind: "daily",
    signal: stop.signal,
    onProgress: () => stop.abort(new Error("stopped by a person")),
  });
  const slow = { config: { ...FAST.config, epochs: 50 } };
  await assert.rejects(stopped.stage("train", train, { params: slow }), { message: "stopped by a person" });
  assert.deepEqual(await ask(pool.url, VERSIONS), []);
  for (const name of ["0123456789abcdef.bin", "fedcba9876543210.bin.77.tmp"]) {
    await Deno.writeTextFile(join(artifacts, "models", name), "half");
  }
  const day = await lake.day({ kind: "daily", day: "2026-03-02" });
  const { version } = await day.stage("train", train, { params: FAST });
  assert.deepEqual(filesOf(lake, "models"), [`${version}.bin`]);
  assert.ok(day.lines.includes("detail 2 unfinished artifacts removed"));
  const again = await day.stage("train", train, { params: FAST, parts: { seed: 9 } });
  assert.deepEqual(filesOf(lake, "models"), [`${version}.bin`, `${again.version}.bin`].sort());
});

Deno.test("train refuses features that are not the sums of the ratings", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const day = await bootstrapped(lake);
  await pool.script(`
    update processed_db.user_features set rating_sum = rating_sum + 0.5
    where user_id = (select max(user_id) from processed_db.user_features)`);
  await assert.rejects(day.stage("train", train, { params: FAST }), /sums differ from processed_db's/);
  assert.deepEqual(await ask(pool.url, VERSIONS), []);
});

Deno.test("train without a batch in the feature store says what to type", async () => {
  await using lake = await smallLake();
  const day = await lake.day({ kind: "bootstrap" });
  await assert.rejects(day.stage("train", train, { params: FAST }), /no batch has features.*--from ingest/);
});
