/** Exports opened by Keras 3 itself. MATINEE_KERAS_PYTHON may name an interpreter that has it. */
import assert from "@std/assert";
import { join } from "node:path";
import { encodeKeras } from "../../models/export/keras.ts";
import type { Network } from "../../models/export/network.ts";
import { encodeNpy } from "../../models/export/npy.ts";
import { answerPlainly, everyOperation, questions, rowOf } from "../support/networks.ts";
import { askedOf, dataset, momentOfAll, NETWORKS, options } from "../support/family.ts";
import { pythonWith, run } from "../support/python.ts";

const PACKAGES = {
  name: "keras",
  packages: ["keras==3.15.1", "numpy==2.3.5"],
  variable: "MATINEE_KERAS_PYTHON",
};
/** Keras's own backend without TensorFlow, where the interpreter is not one that was given. */
const BACKEND = Deno.env.get("KERAS_BACKEND") ?? (Deno.env.get(PACKAGES.variable) ? "tensorflow" : "numpy");

const python = await pythonWith(PACKAGES);

type Inputs = Record<string, Float32Array | Int32Array>;

/** Answers of Keras to `n` questions, by output of `network`. */
async function askKeras(network: Network, inputs: Inputs, n: number): Promise<Float32Array[]> {
  const folder = await Deno.makeTempDir({ prefix: "matinee_keras_" });
  try {
    const savedAt = "2026-03-01T00:00:00Z";
    await Deno.writeFile(join(folder, "model.keras"), await encodeKeras(network, { savedAt }));
    for (const name of network.inputs) {
      const bytes = encodeNpy(inputs[name], [n, inputs[name].length / n]);
      await Deno.writeFile(join(folder, `model.${name}.npy`), bytes);
    }
    const program = decodeURIComponent(new URL("./_predict.py", import.meta.url).pathname);
    assert.match(await run(python!, [program, folder], { KERAS_BACKEND: BACKEND }), /^model 3\./);
    const read = async (output: number) =>
      new Float32Array((await Deno.readFile(join(folder, `model.${output}.bin`))).buffer);
    return await Promise.all(network.outputs.map((_, output) => read(output)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "encodeKeras() writes what Keras 3 opens without custom objects, and it answers as the network does",
  ignore: python === null,
  async fn() {
    const network = everyOperation();
    const n = 50;
    const inputs = questions(network, n);
    const found = await askKeras(network, inputs, n);
    for (let row = 0; row < n; row++) {
      const wanted = answerPlainly(network, rowOf(inputs, row, n));
      network.outputs.forEach((name, o) =>
        wanted.get(name)!.forEach((value, k, { length }) => {
          const apart = Math.abs(value - found[o][row * length + k]);
          assert.ok(apart < 1e-5, `${name}[${row}, ${k}]: ${apart} apart`);
        })
      );
    }
  },
});

for (const [name, model, config] of NETWORKS) {
  Deno.test({
    name: `${name} predicts in Keras 3 what it predicts here`,
    ignore: python === null,
    async fn() {
      const { scorer } = await model.fit(dataset, config, options);
      const { network, inputs, wanted, n } = askedOf(scorer, momentOfAll());
      const [stars] = await askKeras(network, inputs, n);
      wanted.forEach((value, row) => {
        const apart = Math.abs(value - stars[row]);
        assert.ok(apart < 1e-5, `row ${row}: ${apart} apart`);
      });
    },
  });
}
