import assert from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { type LayersModel, loadLayersModel } from "@tensorflow/tfjs-layers";
import { startBackend } from "../../../models/engines/_tfjs_backend.ts";
import { encodeTfjs } from "../../../models/export/tfjs.ts";
import type { Network } from "../../../models/export/network.ts";
import { askedOf, dataset, momentOfAll, NETWORKS, options } from "../../support/family.ts";
import { answerPlainly, everyOperation, questions, rowOf } from "../../support/networks.ts";

/** The model as a browser would load it: `model.json`, then the weights that it names. */
async function load(network: Network): Promise<LayersModel> {
  const { model, weights } = encodeTfjs(network);
  const { modelTopology, weightsManifest } = JSON.parse(JSON.stringify(model));
  return await loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology,
        weightSpecs: weightsManifest[0].weights,
        weightData: weights.slice().buffer,
      }),
  });
}

/** The model's outputs for `n` rows of each input. */
async function askTfjs(network: Network, inputs: Record<string, Float32Array | Int32Array>, n: number) {
  await startBackend(() => {});
  const model = await load(network);
  const tensors = network.inputs.map((name) => {
    const values = inputs[name];
    return tf.tensor2d(values, [n, values.length / n], values instanceof Int32Array ? "int32" : "float32");
  });
  const outputs = [model.predict(tensors)].flat();
  const found = outputs.map((output) => output.dataSync());
  tf.dispose([tensors, outputs]);
  model.dispose();
  return found;
}

Deno.test("encodeTfjs() writes what tf.loadLayersModel() opens, and it answers as the network does", async () => {
  const network = everyOperation();
  const n = 20;
  const inputs = questions(network, n);
  const found = await askTfjs(network, inputs, n);
  for (let row = 0; row < n; row++) {
    const answers = answerPlainly(network, rowOf(inputs, row, n));
    network.outputs.forEach((name, o) =>
      answers.get(name)!.forEach((value, k, { length }) => {
        const apart = Math.abs(value - found[o][row * length + k]);
        assert.ok(apart < 1e-5, `${name}[${row}, ${k}]: ${apart} apart`);
      })
    );
  }
});

for (const [name, model, config] of NETWORKS) {
  Deno.test(`${name} predicts in TensorFlow.js what it predicts here`, async () => {
    const { scorer } = await model.fit(dataset, config, options);
    const { network, inputs, wanted, n } = askedOf(scorer, momentOfAll());
    const [stars] = await askTfjs(network, inputs, n);
    wanted.forEach((value, row) => {
      const apart = Math.abs(value - stars[row]);
      assert.ok(apart < 1e-5, `row ${row}: ${apart} apart`);
    });
  });
}

Deno.test("encodeTfjs() names the arrays of one weights file in order", () => {
  const { model, weights } = encodeTfjs(everyOperation());
  const { weightsManifest: [{ paths, weights: specs }] } = JSON.parse(JSON.stringify(model));
  assert.deepEqual(paths, ["weights.bin"]);
  const sizes = specs.map(({ shape }: { shape: number[] }) => shape.reduce((a, b) => a * b, 1));
  assert.equal(4 * sizes.reduce((a: number, b: number) => a + b, 0), weights.length);
  assert.ok(specs.some(({ name }: { name: string }) => name === "left_norm/moving_variance"));
});
