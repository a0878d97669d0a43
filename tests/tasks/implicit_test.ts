/** An archive of interactions without ratings, from the file to the lists; and one whose movies have no table. */
import assert from "@std/assert";
import { cp } from "node:fs/promises";
import { openSnapshot } from "../../models/snapshot/snapshot.ts";
import type { Pool } from "../../sql/db.ts";
import { loadArtifact } from "../../tasks/_artifacts.ts";
import clean from "../../tasks/clean.ts";
import evaluate from "../../tasks/evaluate.ts";
import features from "../../tasks/features.ts";
import { importArchive } from "../../tasks/import/archive.ts";
import ingest from "../../tasks/ingest.ts";
import monitor from "../../tasks/monitor.ts";
import prequential from "../../tasks/prequential.ts";
import publish from "../../tasks/publish.ts";
import { parseManifest } from "../../tasks/runner/manifest/manifest.ts";
import { plan } from "../../tasks/runner/plan/plan.ts";
import { loadTasks } from "../../tasks/runner/registry.ts";
import { readPlanState } from "../../tasks/runner/plan/state.ts";
import type { StageResult, Task } from "../../tasks/runner/task.ts";
import train from "../../tasks/train.ts";
import { recommend } from "../../server/recommend/recommend.ts";
import { servingOfBytes } from "../server/_serving.ts";
import { type TestRun, testRun } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { askOne } from "./import/_ask.ts";
import { mappedFile } from "./import/_mapping.ts";

const SETTINGS = { batch: { size: 400, atMost: 1 }, bootstrap: { ratings: 1_600, atMost: 1 } };
const TASKS = { ingest, clean, prequential, features, train, evaluate, publish, monitor };

/** 2,000 plays: 50 people, 30 tracks, track 0 the most popular, tracks drawn without a die. */
function plays(): string[] {
  const lines = Array.from({ length: 2_000 }, (_, i) => {
    const [user, draw] = [i % 50, (i * 7919) % 900];
    return `u${user}@x.org,track-${30 - Math.ceil(Math.sqrt(draw + 1))},${1_500_000_000 + 60 * i}`;
  });
  return ["user_id,movie_id,rated_at", ...lines];
}

async function day(run: TestRun, params: Partial<Record<keyof typeof TASKS, unknown>> = {}) {
  const results: Record<string, StageResult> = {};
  for (const [name, task] of Object.entries(TASKS) as [keyof typeof TASKS, Task<unknown>][]) {
    results[name] = await run.stage(name, task, params[name]);
  }
  return results;
}

const POPULAR = { train: { model: "popularity" }, evaluate: { min_users: 5 } };

Deno.test("an archive of interactions is cleaned, published by popularity and served, unseen items only", async () => {
  await using pool = await testPool();
  await using file = await mappedFile(plays(), { isImplicit: true });
  await importArchive(pool, file.source);
  await using first = await testRun(pool, { kind: "bootstrap", settings: SETTINGS });
  const bootstrap = await day(first, POPULAR);
  assert.equal(bootstrap.evaluate.verdict, "promoted");
  await using second = await testRun(pool, { kind: "daily", day: "2026-03-02", settings: SETTINGS });
  const [from, to] = [first, second].map((run) => run.context("").artifacts);
  await cp(from, to, { recursive: true });
  const next = await day(second, POPULAR);
  assert.deepEqual(
    [next.prequential.rowsIn, next.prequential.rmse],
    [0, undefined],
    "there is nothing to predict",
  );
  const rating = "select count(*) from ops_db.model_metrics where metric in ('rmse', 'mae')";
  assert.equal(await askOne(pool.url, rating), "0", "an error of 0 stars would be no finding");

  const artifacts = second.context("publish").artifacts;
  const serving = await servingOfBytes(await loadArtifact(artifacts, String(next.publish.snapshot)));
  const { snapshot } = serving;
  const user = Number(await askOne(pool.url, "select user_id from raw_db.user_keys where key = 'u7@x.org'"));
  assert.equal(snapshot.userIds[snapshot.userKeys!.find("u7@x.org")], user);
  assert.match(snapshot.movieKeys!.key(0), /^track-/);
  const { source, items } = recommend(serving, { userId: user, n: 5 });
  assert.equal(source, "popularity");
  const seen = "select string_agg(distinct movie_id::text, ',') from raw_db.ratings where user_id = " + user;
  const known = new Set((await askOne(pool.url, seen))!.split(","));
  assert.ok(items.length > 0);
  assert.ok(items.every(({ movie }) => !known.has(String(snapshot.movieIds[movie]))));
  assert.deepEqual(
    items.map(({ rankingScore }) => rankingScore),
    items.map(({ rankingScore }) => rankingScore).toSorted((a, b) => b - a),
  );
});

const manifest = (model: string, source = "auto") => `
source: ${source}
stages:
  - task: ingest
  - task: train
    params: { model: ${model} }
`;

async function planned(pool: Pool, text: string, importsFirst = false) {
  const tasks = await loadTasks();
  const { manifest, errors } = parseManifest(text, { file: "pipeline.yaml", tasks });
  if (manifest === undefined) throw new Error(JSON.stringify(errors));
  const state = await readPlanState(pool, { kind: "bootstrap", day: "2026-03-01" });
  return plan(manifest, tasks, { ...state, importsFirst });
}

Deno.test("plan() refuses a model of ratings on an archive of interactions, with its place", async () => {
  await using pool = await testPool();
  await using file = await mappedFile(plays(), { isImplicit: true });
  await importArchive(pool, file.source);
  for (const model of ["two_tower", "bias"]) {
    const { errors } = await planned(pool, manifest(model));
    assert.deepEqual(errors?.map(({ line, message, wanted }) => [line, message, wanted]), [[
      5,
      `Cannot train "${model}" on this archive as its rows are interactions: there are no ratings to learn`,
      "params: { model: als or ease or item_knn or popularity }",
    ]]);
  }
  assert.equal((await planned(pool, manifest("popularity"))).errors, undefined);
  const disabled = manifest("two_tower").replace("- task: train", "- task: train\n    enabled: false");
  assert.equal((await planned(pool, disabled)).errors, undefined);
});

Deno.test("plan() foresees that the manifest's source will make an archive of interactions", async () => {
  await using pool = await testPool();
  const source = "{ path: plays.csv, implicit: true }";
  assert.equal((await planned(pool, manifest("two_tower", source), true)).errors?.length, 1);
  assert.equal((await planned(pool, manifest("two_tower"), true)).errors, undefined);
});

Deno.test("movies without a table, years or genres get through features, training and publishing", async () => {
  await using pool = await testPool();
  const [head, ...lines] = plays();
  const rated = lines.map((line, i) => `${line},${1 + (i * 31) % 5}`);
  await using file = await mappedFile([`${head},rating`, ...rated]);
  await importArchive(pool, file.source);
  await using run = await testRun(pool, { kind: "bootstrap", settings: SETTINGS });
  const config = { epochs: 1, hidden: 8 };
  const { publish } = await day(run, { train: { model: "two_tower", config }, evaluate: { min_users: 1 } });
  const snapshot = openSnapshot(
    await loadArtifact(run.context("publish").artifacts, String(publish.snapshot)),
  );
  assert.equal(snapshot.champion?.model, "two_tower");
  assert.deepEqual([snapshot.title(0).slice(0, 6), snapshot.year(0)], ["track-", null]);
  assert.deepEqual(snapshot.genresOf(0), ["(no genres listed)"]);
});
