/** The manifest's serving settings on their way into the snapshot. */
import assert from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { servingSchema } from "../../models/snapshot/serving_settings.ts";
import { openSnapshot } from "../../models/snapshot/snapshot.ts";
import { loadArtifact } from "../../tasks/_artifacts.ts";
import publish from "../../tasks/publish.ts";
import train from "../../tasks/train.ts";
import evaluate from "../../tasks/evaluate.ts";
import type { PlanState } from "../../tasks/runner/plan/plan_state.ts";
import { readPlanState } from "../../tasks/runner/plan/state.ts";
import { bootstrapped, smallLake } from "./_small_lake.ts";
import { askOne } from "./import/_ask.ts";

const POPULARITY = { model: "popularity" };
const SERVING = servingSchema.parse({
  variants: {
    same: { model: "champion", share: 0.5 },
    again: { model: "popularity", share: 0.1 },
    other: { model: "bias", share: 0.25 },
  },
  shadow: { model: "ease", share: 0.1 },
  hide: { movies: [7], genres: ["Horror", "Horor"] },
});

Deno.test("publish turns the models that serving names into versions, and leaves out what there is none of", async () => {
  await using lake = await smallLake({ nRatings: 2_000 });
  const day = await bootstrapped(lake, { settings: { serving: SERVING } });
  const { version } = await day.stage("train", train, { params: POPULARITY });
  await day.stage("evaluate", evaluate, { params: { min_users: 1 } });
  const { version: other } = await day.stage("train", train, { params: { model: "bias" } });

  const state = await readPlanState(lake.pool, { kind: "bootstrap", day: "2026-03-01" });
  const options = { task: "publish", params: {}, settings: day.context("publish").settings };
  const said = (state: PlanState) => publish.plan!(state, options).reason.split("; ").slice(1);
  const others = [
    "variant same: champion for 50 %",
    "variant again: popularity for 10 %",
    "variant other: bias for 25 %",
    "ease in the shadow of 10 %",
  ];
  assert.deepEqual(said(state), [
    ...others,
    "1 movie, Horror hidden",
    '"Horor" is to be hidden, which no movie of the archive has (did you mean "Horror"?)',
  ]);
  // Which genres there are is not known before there is an archive.
  const before = { ...state, importsFirst: true, genres: [] };
  assert.deepEqual(said(before), [...others, "1 movie, Horror, Horor hidden"]);

  const { snapshot } = await day.stage("publish", publish);
  const { serving } = openSnapshot(await loadArtifact(lake.artifacts, String(snapshot)));
  assert.deepEqual(serving, {
    variants: [
      { name: "same", share: 0.5, ...await stored(String(version), "popularity") },
      { name: "again", share: 0.1, ...await stored(String(version), "popularity") },
      { name: "other", share: 0.25, ...await stored(String(other), "bias") },
    ],
    shadow: null,
    hide: { movies: [7], genres: ["Horror", "Horor"] },
  });
  assert.deepEqual(day.lines.filter((line) => /^warn (variant|the shadow|serving)/.test(line)), [
    `warn variant "again" compares the champion with itself: "popularity" is version ${version}, as everybody else ` +
    "gets. Next: name another model, or champion if that is meant",
    'warn the shadow is left out: the registry has no "ease". Its people get the champion. Next: deno task models list',
    'warn serving.hide.genres names "Horor", which no movie of the archive has (did you mean "Horror"?)',
  ]);

  // A file that is gone keeps nobody from being served.
  await Deno.remove(join(lake.artifacts, serving.variants[2].artifact));
  const again = await day.stage("publish", publish);
  const { serving: rest } = openSnapshot(await loadArtifact(lake.artifacts, String(again.snapshot)));
  assert.deepEqual(rest.variants.map(({ name }) => name), ["same", "again"]);
  assert.ok(
    day.lines.some((line) => line.includes('variant "other" is left out') && line.includes("is gone")),
  );

  async function stored(version: string, model: string) {
    const path = `select artifact from ops_db.model_versions where version = '${version}'`;
    const artifact = String(await askOne(lake.pool.url, path));
    const bytes = await Deno.readFile(join(lake.artifacts, artifact));
    return { version, model, artifact, sha256: createHash("sha256").update(bytes).digest("hex") };
  }
});

Deno.test("publish of serving settings alone is another snapshot, of the same ratings", async () => {
  await using lake = await smallLake({ nRatings: 2_000 });
  const day = await bootstrapped(lake);
  const before = await day.stage("publish", publish);
  const settings = { ...day.context("publish").settings, serving: SERVING };
  const after = await day.stage("publish", publish, { parts: { settings } });
  const [a, b] = await Promise.all(
    [before, after].map(async ({ snapshot }) =>
      openSnapshot(await loadArtifact(lake.artifacts, String(snapshot)))
    ),
  );
  assert.notEqual(before.snapshot, after.snapshot);
  assert.deepEqual(b.rated, a.rated);
  assert.deepEqual([a.serving.hide.movies, b.serving.hide.movies], [[], [7]]);
  assert.deepEqual(b.serving.variants, []);
});
