import assert from "@std/assert";
import { unzipSync } from "fflate";
import h5wasm, { Dataset, File } from "h5wasm";
import { kerasOrder } from "../../../models/export/_order.ts";
import { encodeKeras } from "../../../models/export/keras.ts";
import { everyOperation } from "../../support/networks.ts";

const SAVED = { savedAt: "2026-03-01T02:00:00.000Z" };

/** Shapes and values of the weights file, by path. */
async function weightsIn(bytes: Uint8Array): Promise<Map<string, { shape: number[]; values: Float32Array }>> {
  const { FS } = await h5wasm.ready;
  FS.writeFile("read.h5", bytes);
  const file = new File("read.h5", "r");
  const found = new Map();
  for (const path of file.paths()) {
    const item = file.get(path);
    if (item instanceof Dataset) found.set(path, { shape: item.shape, values: item.value });
  }
  file.close();
  FS.unlink("read.h5");
  return found;
}

/** What `make` gives when the clock is `ms` ahead. */
async function laterBy<T>(ms: number, make: () => Promise<T>): Promise<T> {
  const now = Date.now;
  Date.now = () => now() + ms;
  try {
    return await make();
  } finally {
    Date.now = now;
  }
}

Deno.test("encodeKeras() writes the three parts of a .keras file, the same bytes for the same network", async () => {
  const bytes = await encodeKeras(everyOperation(), SAVED);
  const parts = unzipSync(bytes);
  assert.deepEqual(Object.keys(parts), ["metadata.json", "config.json", "model.weights.h5"]);
  const metadata = JSON.parse(new TextDecoder().decode(parts["metadata.json"]));
  assert.deepEqual(metadata, { keras_version: "3.0.0", date_saved: "2026-03-01@02:00:00" });
  assert.deepEqual(await laterBy(5_000, () => encodeKeras(everyOperation(), SAVED)), bytes);
});

Deno.test("encodeKeras() uses standard layers of Keras only", async () => {
  const { "config.json": text } = unzipSync(await encodeKeras(everyOperation(), SAVED));
  const { config, module } = JSON.parse(new TextDecoder().decode(text));
  assert.equal(module, "keras.src.models.functional");
  for (const layer of config.layers) {
    assert.deepEqual([layer.module, layer.registered_name], ["keras.layers", null]);
  }
  assert.deepEqual(config.input_layers, [["left", 0, 0], ["right", 0, 0], ["row", 0, 0], ["shift", 0, 0]]);
});

Deno.test("encodeKeras() counts the groups of weights by class, in Keras's order of layers", async () => {
  const network = everyOperation();
  const { "model.weights.h5": bytes } = unzipSync(await encodeKeras(network, SAVED));
  const weights = await weightsIn(bytes);
  // As Keras 3.15 wrote this network itself: left_1 is deeper than right_1.
  for (
    const [path, name] of [
      ["layers/dense", "left_1"],
      ["layers/dense_1", "right_1"],
      ["layers/dense_2", "left_2"],
      ["layers/dense_3", "right_2"],
    ]
  ) {
    const layer = network.layers.find((layer) => layer.name === name)!;
    if (layer.op !== "dense") throw new TypeError(name);
    const found = weights.get(`/${path}/vars/0`) ?? weights.get(`${path}/vars/0`);
    assert.deepEqual(found?.values, layer.kernel, path);
    assert.deepEqual(found?.shape, [layer.kernel.length / layer.units, layer.units]);
  }
});

Deno.test("kerasOrder() puts the deepest first, and then what a walk back from the outputs meets first", () => {
  const layer = (name: string, ...from: string[]) => ({
    name,
    from,
    className: "Add",
    config: {},
    takesList: true,
    weights: [],
    shape: [1],
    type: "float32" as const,
  });
  const layers = [
    layer("a"),
    layer("b"),
    layer("c", "a"),
    layer("d", "c", "b"),
    layer("e", "b"),
    layer("f", "d", "e"),
  ];
  const names = (outputs: string[]) =>
    kerasOrder(layers, { inputs: ["a", "b"], outputs }).map(({ name }) => name);
  // Depths to f: a 3, c and b 2, d and e 1. c is met before b.
  assert.deepEqual(names(["f"]), ["a", "c", "b", "d", "e", "f"]);
  // Asked for first, e is met before all others.
  assert.deepEqual(names(["e", "f"]), ["a", "b", "c", "e", "d", "f"]);
  assert.throws(
    () => kerasOrder([...layers, layer("z")], { inputs: ["z"], outputs: ["f"] }),
    /no output depends on its input "z"/,
  );
});
