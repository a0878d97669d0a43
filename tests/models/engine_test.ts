import assert from "@std/assert";
import { openEngine } from "../../models/engine.ts";
import type { Examples } from "../../models/examples.ts";
import { costOf, HEADS } from "../../models/two_tower/heads.ts";
import type { Weights } from "../../models/two_tower/towers.ts";
import { predictPlainly, smallExamples, smallWeights } from "../support/towers.ts";
import { CACHE } from "../support/compute.ts";

const compute = { cache: CACHE, workers: 1, simd: "relaxed" } as const;
const ENGINES = {
  tfjs: await openEngine("tfjs", { log() {} }),
  kernels: await openEngine("kernels", { log() {}, compute }),
  portable: await openEngine("kernels", { log() {}, compute: { ...compute, simd: "portable" } }),
};
const examples = smallExamples(16);
const TABLES = [4, 3];
/** Each head, and a network with tables. */
const CASES: Record<string, [Weights, Examples]> = {
  line: [smallWeights(), examples],
  dot: [smallWeights({ head: "dot" }), examples],
  cosine: [smallWeights({ head: "cosine" }), examples],
  logistic: [smallWeights({ head: "logistic" }), examples],
  "logistic, with tables and dropout,": [
    smallWeights({ head: "logistic", tables: TABLES, dropout: 0.5 }),
    smallExamples(16, 2, TABLES),
  ],
};

/** Every trained number of `weights`, as places that can be read and written. */
function places(weights: Weights): { name: string; get(): number; with(value: number): Weights }[] {
  const arrays = (["user", "movie"] as const).flatMap((side) => [
    ...weights[side].tables.map(({ values }, t) => [`${side}.table.${t}`, values] as const),
    ...weights[side].layers.flatMap((layer, l) =>
      [[`${side}.${l}.kernel`, layer.kernel], [`${side}.${l}.bias`, layer.bias]] as const
    ),
  ]);
  const inside = arrays.flatMap(([name, values]) =>
    Array.from(values, (old, i) => ({
      name: `${name}[${i}]`,
      get: () => values[i],
      with: (value: number) => {
        values[i] = value;
        const changed = structuredClone(weights);
        values[i] = old;
        return changed;
      },
    }))
  );
  const single = (["logScale", "offset"] as const).map((name) => ({
    name,
    get: () => weights[name],
    with: (value: number) => ({ ...weights, [name]: value }),
  }));
  return HEADS[weights.head].hasLine ? [...inside, ...single] : inside;
}

function loss(weights: Weights, examples: Examples): number {
  return costOf(weights.head, predictPlainly(weights, examples), examples.ratings) / examples.length;
}

for (const [kind, engine] of Object.entries(ENGINES)) {
  for (const [name, [weights, examples]] of Object.entries(CASES)) {
    Deno.test(`${kind} gradient() of ${name} equals central differences of the plain forward pass`, async () => {
      using trainer = engine.train(weights);
      const gradient = places(await trainer.gradient(examples));
      const sizes = places(weights).map((place, i) => {
        const [low, high] = [place.with(place.get() - 1e-3), place.with(place.get() + 1e-3)];
        // Weights are floats: the step that was really taken is not quite 2e-3.
        const taken = places(high)[i].get() - places(low)[i].get();
        const wanted = (loss(high, examples) - loss(low, examples)) / taken;
        const found = gradient[i].get();
        assert.ok(
          Math.abs(found - wanted) < 2e-4 * Math.max(1, Math.abs(wanted)),
          `${place.name}: ${found}, not ${wanted}`,
        );
        return Math.abs(wanted);
      });
      assert.ok(Math.max(...sizes) > 0.05, "the loss must depend on the weights");
    });

    Deno.test(`${kind} predict() of ${name} equals the plain forward pass to 1e-5, before and after training`, async () => {
      using trainer = engine.train(weights);
      for (const steps of [0, 30]) {
        for (let step = 0; step < steps; step++) await trainer.step(examples, 0.01);
        const [found, wanted] = [
          await trainer.predict(examples),
          predictPlainly(trainer.weights(), examples),
        ];
        found.forEach((value, i) =>
          assert.ok(Math.abs(value - wanted[i]) < 1e-5, `${value}, not ${wanted[i]}`)
        );
      }
    });

    Deno.test(`${kind} step() of ${name} lowers the loss`, async () => {
      using trainer = engine.train(weights, 1);
      for (let step = 0; step < 200; step++) await trainer.step(examples, 0.01);
      assert.ok(loss(trainer.weights(), examples) < 0.7 * loss(weights, examples));
    });
  }

  Deno.test(`${kind} step() draws dropout from its seed`, async () => {
    const [weights, batch] = CASES["logistic, with tables and dropout,"];
    const [one, same, other] = await Promise.all([1, 1, 2].map(async (seed) => {
      using trainer = engine.train(weights, seed);
      return await trainer.step(batch, 0.01);
    }));
    assert.equal(one, same);
    assert.notEqual(one, other);
  });

  Deno.test(`${kind} step() returns the squared error before it, moves by the rate, and lowers it`, async () => {
    const weights = smallWeights();
    using trainer = engine.train(weights);
    const before = await trainer.step(examples, 0.01);
    assert.ok(Math.abs(before - examples.length * loss(weights, examples)) < 1e-4);
    // Adam's first step is the rate times the sign of the gradient.
    assert.ok(Math.abs(Math.abs(trainer.weights().offset - weights.offset) - 0.01) < 1e-5);
    await trainer.step(examples, 0);
    for (let step = 0; step < 200; step++) await trainer.step(examples, 0.01);
    assert.ok(await trainer.step(examples, 0.01) < before / 2);
  });

  Deno.test(`${kind} step() keeps a > 0 when the data pulls the other way`, async () => {
    // Ratings that fall with the cosine: a free scale would turn negative.
    const weights = smallWeights();
    const cosines = predictPlainly({ ...weights, logScale: 0, offset: 0 }, {
      ...examples,
      means: new Float32Array(16),
    });
    const against = {
      ...examples,
      ratings: Float32Array.from(cosines, (cosine, i) => examples.means[i] - 2 * cosine),
    };
    using trainer = engine.train(weights);
    for (let step = 0; step < 300; step++) await trainer.step(against, 0.02);
    const scale = Math.exp(trainer.weights().logScale);
    assert.ok(scale > 0 && Number.isFinite(scale));
  });
}

Deno.test("tfjs trainers do not disturb each other, and give back their memory", async () => {
  const tf = await import("@tensorflow/tfjs-core");
  const held = () => [tf.memory().numTensors, tf.backend().numDataIds()];
  const before = held();
  {
    using one = ENGINES.tfjs.train(smallWeights());
    using other = ENGINES.tfjs.train(smallWeights({ seed: 9 }));
    const untouched = other.weights();
    for (let step = 0; step < 5; step++) await one.step(examples, 0.1);
    await one.predict(examples);
    await one.gradient(examples);
    assert.deepEqual(other.weights(), untouched);
  }
  assert.deepEqual(held(), before);
});

Deno.test("openEngine() names its backend", () => {
  assert.match(ENGINES.tfjs.name, /^tfjs \((wasm, SIMD|wasm|cpu)\)$/);
  assert.match(ENGINES.kernels.name, /^kernels \(wasm, (relaxed|portable) SIMD\)$/);
  assert.equal(ENGINES.portable.name, "kernels (wasm, portable SIMD)");
});

Deno.test("kernels and tfjs take the same steps: losses equal to 1e-5 of their size, gradients to 1e-6", async () => {
  // More than three shards, the last one with few rows.
  const many = smallExamples(800);
  using oracle = ENGINES.tfjs.train(smallWeights({ units: [8, 8, 4] }));
  using trainer = ENGINES.kernels.train(smallWeights({ units: [8, 8, 4] }));
  const [wanted, found] = [await oracle.gradient(many), await trainer.gradient(many)].map(places);
  for (const [i, place] of wanted.entries()) {
    assert.ok(
      Math.abs(place.get() - found[i].get()) < 1e-6,
      `${place.name}: ${found[i].get()}, not ${place.get()}`,
    );
  }
  for (let step = 0; step < 50; step++) {
    const [one, other] = [await oracle.step(many, 0.01), await trainer.step(many, 0.01)];
    assert.ok(Math.abs(one - other) < 1e-5 * one, `step ${step}: ${other}, not ${one}`);
  }
});

Deno.test("startBackend() says so when it has to fall back to plain JavaScript, and works", async () => {
  // A process of its own: TensorFlow.js starts its backend once.
  const program = `
    import { startBackend } from ${
    JSON.stringify(new URL("../../models/engines/_tfjs_backend.ts", import.meta.url).href)
  };
    const said = [];
    const name = await startBackend((message) => said.push(message), { folder: new URL("file:///nowhere/") });
    await startBackend((message) => said.push(message));
    const { tensor1d, square } = await import("@tensorflow/tfjs-core");
    console.log(JSON.stringify({ name, said, nine: square(tensor1d([3])).dataSync()[0] }));`;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--config", decodeURIComponent(config), program],
    stderr: "null",
  }).output();
  const { name, said, nine } = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  assert.deepEqual([name, said.length, nine], ["tfjs (cpu)", 1, 9]);
  assert.match(said[0], /cannot use WebAssembly from "\/nowhere\/"/);
});

Deno.test("kernels and tfjs move tables alike while every batch meets every row: lazy Adam is Adam then", async () => {
  const weights = smallWeights({ head: "logistic", tables: TABLES });
  using oracle = ENGINES.tfjs.train(weights);
  using trainer = ENGINES.kernels.train(weights);
  for (let step = 0; step < 20; step++) {
    const many = smallExamples(400, 3 + step, TABLES);
    for (const each of [oracle, trainer]) await each.step(many, 0.01);
  }
  const [wanted, found] = [oracle.weights(), trainer.weights()].map(places);
  for (const [i, place] of wanted.entries()) {
    const difference = Math.abs(place.get() - found[i].get());
    // A twentieth of what Adam may travel in 20 steps: signs of tiny gradients differ.
    assert.ok(difference < 1e-2, `${place.name}: ${found[i].get()}, not ${place.get()}`);
  }
});
