/**
 * The order in which Keras 3 keeps the layers of a functional model, by which it names their weights in the file.
 *
 * As in `keras/src/ops/function.py`, `map_graph`: deepest first (the longest way to an output), and among equals the
 * one that a walk from the outputs back to the inputs meets first.
 */
import type { StandardLayer } from "./_standard_layers.ts";

/** @throws {RangeError} when an input leads to no output. */
export function kerasOrder(
  layers: readonly StandardLayer[],
  { inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] },
): StandardLayer[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const places = new Map<string, number>();
  const finished: StandardLayer[] = [];
  const walk = (name: string) => {
    if (places.has(name)) return;
    places.set(name, places.size);
    const layer = byName.get(name)!;
    layer.from.forEach(walk);
    finished.push(layer);
  };
  outputs.forEach(walk);
  const unreached = inputs.find((name) => !places.has(name));
  if (unreached !== undefined) {
    throw new RangeError(`Cannot export the network as no output depends on its input "${unreached}"`);
  }
  const depths = new Map<string, number>();
  for (const layer of finished.toReversed()) {
    const depth = depths.get(layer.name) ?? 0;
    depths.set(layer.name, depth);
    for (const name of layer.from) depths.set(name, Math.max(depth + 1, depths.get(name) ?? 0));
  }
  return finished.sort((a, b) =>
    depths.get(b.name)! - depths.get(a.name)! || places.get(a.name)! - places.get(b.name)!
  );
}
