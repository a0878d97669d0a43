/** The ranking network ↔ a container: arrays `0.kernel`, `0.bias`, `0.norm.gamma`, …, `top.kernel`, `top.bias`. */
import { z } from "zod";
import type { Container, Json } from "../container.ts";
import type { Dense } from "../two_tower/towers.ts";
import type { HiddenLayer, Norm, RankerNetwork } from "./network.ts";

const NORM = ["gamma", "beta", "mean", "variance"] as const;

/** What the header says, and the arrays. */
export function packNetwork({ hidden, top }: RankerNetwork): { layers: Json; arrays: Container["arrays"] } {
  const arrays: Container["arrays"] = {};
  const add = (name: string, { kernel, bias }: Dense) => {
    arrays[`${name}.kernel`] = kernel;
    arrays[`${name}.bias`] = bias;
  };
  hidden.forEach((layer, l) => {
    add(`${l}`, layer);
    for (const part of layer.norm ? NORM : []) arrays[`${l}.norm.${part}`] = layer.norm![part];
  });
  add("top", top);
  return {
    layers: hidden.map(({ units, norm, dropout }) => ({ units, isNormalised: norm !== null, dropout })),
    arrays,
  };
}

const layersSchema = z.array(
  z.strictObject({ units: z.number().int().min(1), isNormalised: z.boolean(), dropout: z.number() }),
).min(1);

/** @throws {SyntaxError} when an array is missing, or does not fit the layer before it. */
export function openNetwork({ header, arrays }: Container): RankerNetwork {
  const layers = layersSchema.safeParse(header.layers);
  if (!layers.success) {
    throw new SyntaxError("Cannot open the artifact as layers should describe its network");
  }
  const floats = (name: string, length: number): Float32Array => {
    const found = arrays[name];
    if (found instanceof Float32Array && found.length === length) return found;
    throw new SyntaxError(
      `Cannot open the artifact as ${name} should be ${length} floats: found ${found?.length ?? "nothing"}`,
    );
  };
  let inputs = Math.floor((arrays["0.kernel"]?.length ?? 0) / layers.data[0].units);
  const dense = (name: string, units: number): Dense => {
    const layer = {
      inputs,
      units,
      kernel: floats(`${name}.kernel`, inputs * units),
      bias: floats(`${name}.bias`, units),
    };
    inputs = units;
    return layer;
  };
  const hidden = layers.data.map(({ units, isNormalised, dropout }, l): HiddenLayer => {
    const part = (name: keyof Norm) => floats(`${l}.norm.${name}`, units);
    const norm = () => ({
      gamma: part("gamma"),
      beta: part("beta"),
      mean: part("mean"),
      variance: part("variance"),
    });
    return { ...dense(`${l}`, units), norm: isNormalised ? norm() : null, dropout };
  });
  return { hidden, top: dense("top", 1) };
}
