import assert from "@std/assert";
import fc from "fast-check";
import { z } from "zod";
import { FAMILY } from "../../models/family.ts";
import type { Model } from "../../models/model.ts";
import { type History, specsOf, type TrainingParams, waysOf } from "../../tasks/_ways.ts";
import train from "../../tasks/train.ts";
import { decide } from "../../tasks/runner/plan/plan.ts";
import { planState } from "./runner/_fake_day.ts";

const params = (parts: object = {}) => train.params.parse(parts) as TrainingParams;
const history = (parts: Partial<History> = {}): History => {
  const champion = { version: "3f2a", model: "two_tower", throughBatch: 40 };
  return { day: "2026-03-10", champion, retrainedOn: "2026-03-05", ...parts };
};
const told = (parts: object, past: Partial<History> = {}) =>
  waysOf(params(parts), history(past)).map(({ action, reason }) => `${action}: ${reason}`);

Deno.test("waysOf() warms the champion up until a training from scratch is due", () => {
  assert.deepEqual(told({}), ["warm: warm from 3f2a: batches since 40"]);
  assert.deepEqual(told({}, { champion: null }), ["scratch: from scratch: there is no champion"]);
  assert.deepEqual(told({ mode: "scratch" }), ["scratch: from scratch: mode says so"]);
  assert.deepEqual(told({ retrain_every: "5d" }), ["scratch: from scratch: the last time was 2026-03-05"]);
  assert.deepEqual(told({ retrain_every: "5d", mode: "warm" }), ["warm: warm from 3f2a: batches since 40"]);
});

Deno.test("waysOf() leaves a model that cannot be updated alone in between", () => {
  const champion = { version: "b1", model: "bias", throughBatch: 40 };
  assert.deepEqual(told({ model: "bias" }, { champion }), [
    "wait: a bias is not updated, but made anew on 2026-03-12",
  ]);
  assert.deepEqual(told({ model: "bias", retrain_every: "1h" }, { champion, retrainedOn: "2026-03-09" }), [
    "scratch: from scratch: the last time was 2026-03-09",
  ]);
  assert.match(told({ model: "bias", mode: "warm" }, { champion })[0], /^wait: a bias cannot be updated/);
});

Deno.test("waysOf() makes challengers anew when they are due, and not every day", () => {
  const candidates = [{ model: "two_tower" }, { model: "bias" }, { model: "popularity" }];
  const trainedOn = { two_tower: "2026-03-05", popularity: "2026-03-01" };
  assert.deepEqual(told({ candidates }, { trainedOn }), [
    "warm: warm from 3f2a: batches since 40",
    "scratch: from scratch: the champion is a two_tower",
    "scratch: from scratch: the last time was 2026-03-01",
  ]);
  assert.deepEqual(told({ model: "bias" }, { trainedOn: { bias: "2026-03-09" } }), [
    "wait: a bias challenges the champion, a two_tower, again on 2026-03-16",
  ]);
});

Deno.test("waysOf() tells models of one name apart by their settings", () => {
  const candidates = [{ model: "two_tower", config: { epochs: 3 } }, {
    model: "two_tower",
    config: { epochs: 4 },
  }];
  const [, second] = specsOf(params({ candidates }));
  const champion = { version: "3f2a", model: "two_tower", spec: second.key, throughBatch: 40 };
  const trainedOn = { [second.key]: "2026-03-05", two_tower: "2026-03-09" };
  const ways = waysOf(params({ candidates }), history({ champion, trainedOn }));
  assert.deepEqual(ways.map(({ action, isChampions }) => [action, isChampions]), [["scratch", false], [
    "warm",
    true,
  ]]);
  // Alone, it follows the champion whatever its settings have become.
  assert.equal(
    waysOf(params({ model: "two_tower", config: { epochs: 9 } }), history({ champion }))[0].action,
    "warm",
  );
});

Deno.test("waysOf() starts from scratch where a key that shapes the weights has changed, in every mode, and says which", () => {
  const config = (parts: object) => FAMILY.two_tower.config.parse(parts);
  const champion = { ...history().champion!, config: config({ preset: "content" }) };
  const first = (parts: object, past: Partial<History> = {}) => told(parts, { champion, ...past })[0];
  assert.match(first({ config: { preset: "content", epochs: 3, learning_rate: 0.1 } }), /^warm/);
  const reasons = {
    'preset is "hybrid", the champion\'s "content"': {},
    'features is "deviations", the champion\'s "genre_means"': { preset: "content", features: "deviations" },
    "hidden is [8,8], the champion's [64]": { preset: "content", hidden: [8, 8] },
    "dimension is 16, the champion's 32": { preset: "content", dimension: 16 },
  };
  for (const [reason, config] of Object.entries(reasons)) {
    for (const mode of ["auto", "warm"]) {
      assert.equal(first({ config, mode }), `scratch: from scratch: ${reason}`);
    }
    assert.equal(first({ config, mode: "scratch" }), "scratch: from scratch: mode says so");
  }
  // What was refused is not made anew every day; the champion's own trainings are none of it.
  const [{ key }] = specsOf(params({}));
  assert.match(first({}, { trainedOn: { two_tower: "2026-03-09" } }), /^scratch/);
  assert.equal(
    first({}, { trainedOn: { [key]: "2026-03-09" } }),
    'wait: a two_tower of other settings (preset is "hybrid", the champion\'s "content") challenges 3f2a again on 2026-03-16',
  );
  assert.match(first({}, { trainedOn: { [key]: "2026-03-03" } }), /^scratch/);
  assert.equal(waysOf(params(), history({ champion }))[0].isChampions, false);
  // Of old: a config without a preset, or with keys that nobody knows any more.
  for (const old of [{ hidden: [64], dimension: 32 }, { preset: "gone" }]) {
    assert.match(
      told({}, { champion: { ...champion, config: old } })[0],
      /^scratch: from scratch: preset is "hybrid"/,
    );
  }
});

Deno.test("models say of keys that they have whether these shape the weights", () => {
  for (const { shapedBy, isWarmable, config } of Object.values<Model>(FAMILY)) {
    assert.equal(shapedBy.length > 0, isWarmable);
    const keys = JSON.stringify(z.toJSONSchema(config, { io: "input" }));
    for (const key of shapedBy) assert.ok(keys.includes(`"${key}":`), key);
  }
});

Deno.test("waysOf() starts from scratch when a sign is above retrain_when, and says which", () => {
  const retrain_when = { gap_rmse: 0.01, psi: 0.3 };
  assert.equal(told({ retrain_when }, { signs: { gap_rmse: 0.01, gap_ndcg: 9 } })[0].slice(0, 4), "warm");
  assert.deepEqual(told({ retrain_when }, { signs: { gap_rmse: 0.0123 } }), [
    "scratch: from scratch: gap_rmse is 0.0123, above retrain_when's 0.01",
  ]);
  assert.match(
    told({ retrain_when }, { signs: { psi: 0.5 } })[0],
    /psi is 0\.500, above retrain_when's 0\.3$/,
  );
});

Deno.test("train.params refuse candidates beside a model, twice the same, and unknown hyperparameters", () => {
  const faults = (parts: object) =>
    train.params.safeParse(parts).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ??
      [];
  assert.deepEqual(faults({ candidates: [{ model: "bias" }, { model: "popularity" }] }), []);
  assert.match(
    faults({ model: "bias", candidates: [{ model: "bias" }] })[0],
    /^candidates: they stand in the place/,
  );
  assert.match(
    faults({ candidates: [{ model: "bias" }, { model: "bias" }] })[0],
    /^candidates\.1: the same model/,
  );
  assert.match(
    faults({ candidates: [{ model: "bias", config: { epochs: 3 } }] })[0],
    /^candidates\.0\.config: .*epochs/,
  );
});

Deno.test("train plans for every ledger what waysOf() says, and candidates that may be none", () => {
  const day = fc.constantFrom("2026-03-01", "2026-03-09", "2026-03-10");
  const past = fc.record({
    champion: fc.option(fc.record({
      version: fc.constant("3f2a"),
      model: fc.constantFrom("two_tower", "bias", "popularity"),
      throughBatch: fc.nat(3),
      config: fc.constantFrom(undefined, { preset: "content" }, FAMILY.two_tower.config.parse({})),
    })),
    retrainedOn: fc.option(day),
    trainedOn: fc.dictionary(fc.constantFrom("two_tower", "bias", "popularity"), day),
    signs: fc.record({ psi: fc.double({ min: 0, max: 1, noNaN: true }) }),
    finished: fc.record({ features: fc.nat(3) }),
  });
  const asked = fc.constantFrom(
    {},
    { model: "bias" },
    { mode: "scratch" },
    { mode: "warm", model: "bias" },
    { retrain_when: { psi: 0.5 } },
    { candidates: [{ model: "two_tower" }, { model: "bias" }, { model: "popularity" }] },
  );
  const seen = { run: 0, skip: 0 };
  fc.assert(
    fc.property(past, asked, (past, asked) => {
      const state = planState({ ...past, day: "2026-03-10" });
      const stage = { task: "train", params: params(asked) } as never;
      const decision = decide({ ...Object(stage), as: "train", enabled: true, needs: [], checks: [] }, {
        manifest: { stages: [] } as never,
        tasks: { train: train as never },
        state,
      });
      seen[decision.action]++;
      assert.match(decision.reason, /^(?!.*(undefined|null|NaN)).*\w/);
      const isKnown = (past.champion?.throughBatch ?? -1) >= past.finished.features;
      const active = waysOf(params(asked), state).filter(({ action }) =>
        action === "scratch" || action === "warm" && !isKnown
      );
      assert.equal(decision.action, active.length > 0 ? "run" : "skip");
      if (decision.action === "skip") return;
      for (const { candidates = [] } of decision.outcomes ?? []) {
        assert.ok(candidates.length <= active.length);
        for (const { throughBatch } of candidates) assert.equal(throughBatch, past.finished.features);
      }
      const most = Math.max(...decision.outcomes!.map(({ candidates = [] }) => candidates.length));
      assert.ok(
        most > 0 && (decision.outcomes!.length === 2) === active.some(({ isChampions }) => isChampions),
      );
    }),
    { numRuns: 300, seed: 1 },
  );
  assert.ok(seen.run > 50 && seen.skip > 20, JSON.stringify(seen));
});

Deno.test("waysOf() makes the champion's model anew when it has learned from people who were erased", () => {
  const forgets = "scratch: from scratch: 3f2a has learned from 2 who were erased since";
  for (const mode of ["auto", "warm"]) assert.deepEqual(told({ mode }, { erased: 2 }), [forgets]);
  assert.deepEqual(told({ config: { hidden: 8 } }, { erased: 2 }), [forgets]);
  assert.deepEqual(told({}, { erased: 0 }), ["warm: warm from 3f2a: batches since 40"]);
  const candidates = [{ model: "two_tower" }, { model: "bias" }];
  const trainedOn = { two_tower: "2026-03-05", bias: "2026-03-09" };
  assert.deepEqual(told({ candidates }, { trainedOn, erased: 2 }), [
    forgets,
    "wait: a bias challenges the champion, a two_tower, again on 2026-03-16",
  ]);
  assert.deepEqual(told({ model: "bias" }, { trainedOn, erased: 2 }), [forgets]);
});
