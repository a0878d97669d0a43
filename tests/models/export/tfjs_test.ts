import assert from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { type LayersModel, loadLayersModel } from "@tensorflow/tfjs-layers";
import { encodeTfjs } from "../../../models/export/tfjs.ts";
import type { Network } from "../../../models/export/network.ts";
import { answerPlainly, everyOperation, questions } from "../../support/networks.ts";

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

Deno.test("encodeTfjs() writes what tf.loadLayersModel() opens, and it answers as the network does", async () => {
  await tf.setBackend("cpu");
  const network = everyOperation();
  const model = await load(network);
  const n = 20;
  const asked = questions(network, n);
  const width = (name: string) => asked[name].length / n;
  const inputs = network.inputs.map((name) =>
    tf.tensor2d(asked[name], [n, width(name)], asked[name] instanceof Int32Array ? "int32" : "float32")
  );
  const outputs = model.predict(inputs);
  if (!Array.isArray(outputs)) throw new TypeError("one output");
  const found = outputs.map((output) => output.dataSync());
  let furthest = 0;
  for (let row = 0; row < n; row++) {
    const own = network.inputs.map((
      name,
    ) => [name, asked[name].slice(row * width(name), (row + 1) * width(name))]);
    const answers = answerPlainly(network, Object.fromEntries(own));
    network.outputs.forEach((name, o) => {
      const wanted = answers.get(name)!;
      wanted.forEach((value, k) =>
        furthest = Math.max(furthest, Math.abs(value - found[o][row * wanted.length + k]))
      );
    });
  }
  assert.ok(furthest < 1e-5, `${furthest} apart`);
  tf.dispose([inputs, outputs]);
  model.dispose();
});

Deno.test("encodeTfjs() names the arrays of one weights file in order", () => {
  const { model, weights } = encodeTfjs(everyOperation());
  const { weightsManifest: [{ paths, weights: specs }] } = JSON.parse(JSON.stringify(model));
  assert.deepEqual(paths, ["weights.bin"]);
  const sizes = specs.map(({ shape }: { shape: number[] }) => shape.reduce((a, b) => a * b, 1));
  assert.equal(4 * sizes.reduce((a: number, b: number) => a + b, 0), weights.length);
  assert.ok(specs.some(({ name }: { name: string }) => name === "left_norm/moving_variance"));
});
