import assert from "@std/assert";
import type { Trainer } from "../../models/engine.ts";
import type { Examples } from "../../models/examples.ts";
import type { Part } from "../../models/evaluation/split.ts";
import { refit, type Schedule, train } from "../../models/training.ts";
import { smallExamples, smallWeights } from "../support/towers.ts";

const schedule: Schedule = {
  epochs: 10,
  learningRate: 1,
  patience: 3,
  plateauPatience: 2,
  plateauFactor: 0.1,
};
const signal = new AbortController().signal;

/** A trainer whose validation error by epoch is given; its offset counts the steps that it has made. */
function scripted(errors: number[], { perEpoch = 2 } = {}) {
  const rates: number[] = [];
  const epoch = () => Math.ceil(rates.length / perEpoch);
  const trainer: Trainer = {
    step: (examples, rate) => Promise.resolve(rates.push(rate) && examples.length),
    predict: ({ ratings }) => Promise.resolve(ratings.map((stars) => stars + errors[epoch()])),
    gradient: () => Promise.reject(new Error("not asked for")),
    weights: () => ({ ...smallWeights(), offset: epoch() }),
    [Symbol.dispose]() {},
  };
  return { trainer, rates };
}

/** Two training mini-batches of 10, then one of validation. */
async function* onePass(): AsyncGenerator<{ part: Part; examples: Examples }> {
  await Promise.resolve();
  for (const part of ["train", "train", "validation"] as const) yield { part, examples: smallExamples(10) };
}

const options = { schedule, head: "line" as const, nExamples: 20, signal, progress() {}, isWarm: false };

Deno.test("train() returns the best epoch's weights, and stops after `patience` epochs without a better one", async () => {
  const { trainer, rates } = scripted([9, 5, 3, 4, 4, 3.5, 1]);
  const run = await train(trainer, onePass, options);
  assert.deepEqual([run.epoch, run.weights.offset, run.epochs, rates.length], [2, 2, 5, 10]);
  assert.ok(Math.abs(run.loss.validation - 9) < 1e-6);
  assert.ok(Number.isNaN(run.loss.test));
});

Deno.test("train() lets the rate fall linearly to 0, and on plateaus", async () => {
  const { trainer, rates } = scripted([9, 5, 6, 7, 4, 3, 2, 1, 0.9, 0.8, 0.7]);
  const run = await train(trainer, onePass, options);
  // 20 half-epochs: 1, .95, .9, … Epochs 2 and 3 are no better than 1: from epoch 4 on a tenth of that.
  const wanted = Array.from({ length: rates.length }, (_, step) => (1 - step / 20) * (step < 6 ? 1 : 0.1));
  rates.forEach((rate, step) => assert.ok(Math.abs(rate - wanted[step]) < 1e-12, `step ${step}: ${rate}`));
  assert.deepEqual(run.plateaus.slice(0, 4), [1, 1, 1, 0.1]);
});

Deno.test("train() of warm weights keeps them when no epoch improves on them", async () => {
  const { trainer, rates } = scripted([2, 3, 3, 3, 1]);
  const run = await train(trainer, onePass, { ...options, isWarm: true });
  assert.deepEqual([run.epoch, run.weights.offset, rates.length], [0, 0, 6]);
});

Deno.test("train() judges by the training error when there is nothing to validate on", async () => {
  const { trainer } = scripted([9, 9, 9, 9]);
  const trainOnly = async function* () {
    for await (const batch of onePass()) if (batch.part === "train") yield batch;
  };
  const run = await train(trainer, trainOnly, options);
  assert.deepEqual([run.loss.train, run.epoch], [1, 1]);
});

Deno.test("refit() runs as many epochs as were best, its rate falling to 0 over these", async () => {
  const { trainer, rates } = scripted([]);
  const run = {
    weights: smallWeights(),
    epoch: 2,
    epochs: 5,
    loss: { train: 1, validation: 1, test: 1 },
    plateaus: [1, 0.5],
  };
  const weights = await refit(trainer, onePass, { ...options, run });
  assert.deepEqual(rates, [1, 0.75, 0.25, 0.125]);
  assert.equal(weights.offset, 2);
});

Deno.test("train() reports progress and lets others run", async () => {
  const { trainer } = scripted([9, 8, 7, 6, 5, 4, 3, 2, 1, 1, 1]);
  let [examples, ticks] = [0, 0];
  const timer = setInterval(() => ticks++, 0);
  const many = async function* (): AsyncGenerator<{ part: Part; examples: Examples }> {
    await Promise.resolve();
    for (let i = 0; i < 20; i++) yield { part: "train", examples: smallExamples(1000) };
  };
  const twoEpochs = { ...options, schedule: { ...schedule, epochs: 2 } };
  await train(trainer, many, { ...twoEpochs, progress: (n) => examples += n });
  clearInterval(timer);
  assert.equal(examples, 40_000);
  assert.ok(ticks >= 4, `${ticks} turns for others`);
});

Deno.test("train() stops at an abort", async () => {
  const controller = new AbortController();
  const { trainer } = scripted([9, 9, 9]);
  const endless = async function* (): AsyncGenerator<{ part: Part; examples: Examples }> {
    for (let i = 0;; i++) {
      if (i === 10) controller.abort(new Error("Ctrl-C"));
      yield { part: "train", examples: smallExamples(1000) };
    }
  };
  await assert.rejects(train(trainer, endless, { ...options, signal: controller.signal }), /Ctrl-C/);
});
