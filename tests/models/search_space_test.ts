import assert from "@std/assert";
import { FAMILY } from "../../models/family.ts";
import type { Model } from "../../models/model.ts";
import { createRng } from "../../models/rng.ts";
import { drawConfig, openSpace, type SearchSpace } from "../../models/search_space.ts";

const draws = (space: SearchSpace, n = 400) => {
  const rng = createRng(3);
  return Array.from({ length: n }, () => drawConfig(space, rng));
};

Deno.test("drawConfig() stays in its ranges, fills them evenly on their scale, and repeats with its seed", () => {
  const space: SearchSpace = {
    even: { low: 2, high: 4 },
    tenfold: { low: 0.01, high: 100, scale: "log" },
    whole: { low: 1, high: 3, isWhole: true },
    named: { values: ["a", null] },
  };
  const found = draws(space);
  assert.deepEqual(draws(space), found);
  const numbers = (key: string) => found.map((config) => Number(config[key]));
  assert.ok(numbers("even").every((value) => value >= 2 && value <= 4));
  assert.ok(numbers("tenfold").every((value) => value >= 0.01 && value <= 100));
  const below = numbers("tenfold").filter((value) => value < 1).length / found.length;
  assert.ok(Math.abs(below - 0.5) < 0.08, `${below} of the draws are below the middle of the logarithms`);
  assert.deepEqual(new Set(numbers("whole")), new Set([1, 2, 3]));
  assert.deepEqual(new Set(found.map(({ named }) => named)), new Set(["a", null]));
});

const presets = ["content", "cosine", "demographic", "hybrid"].map((preset) =>
  ["two_tower", { preset }] as const
);
for (const [name, fixed] of [...Object.keys(FAMILY).map((name) => [name, {}] as const), ...presets]) {
  Deno.test(`${name} ${JSON.stringify(fixed)} takes every config of its search space`, () => {
    const model = (FAMILY as Record<string, Model>)[name];
    const space = openSpace(model, fixed);
    if (model.space) assert.ok(Object.keys(space).length > 1, "nothing to try");
    for (const drawn of draws(space, 50)) model.config.parse({ ...fixed, ...drawn });
  });
}

Deno.test("openSpace() leaves out what is fixed, and what another preset has", () => {
  const keys = (fixed: object) => Object.keys(openSpace(FAMILY.two_tower, { ...fixed }));
  assert.ok(
    keys({ preset: "hybrid" }).includes("id_dropout") && !keys({ preset: "content" }).includes("id_dropout"),
  );
  assert.ok(!keys({ preset: "content", epochs: 3 }).includes("epochs"));
});

Deno.test("openSpace() has what matters most of each model, and of a method only its own", () => {
  const keys = (name: "als" | "fm" | "popularity", fixed: object = {}) =>
    Object.keys(openSpace(FAMILY[name] as Model, { ...fixed }));
  assert.ok(["taste", "frequency_exponent"].every((key) => keys("als").includes(key)));
  assert.deepEqual(keys("popularity"), ["window_days", "half_life_days"]);
  const ofSgd = ["epochs", "learning_rate", "regularization"];
  assert.ok(ofSgd.every((key) => keys("fm", { method: "sgd" }).includes(key)));
  assert.ok(!ofSgd.some((key) => keys("fm").includes(key)));
});
