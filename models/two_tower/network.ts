/**
 * Two towers as a network of standard layers, for other tools: every preset, by its weights alone.
 *
 * Inputs are `user` and `movie` (features, see the preset), `user_row_t` and `movie_row_t` (rows of table t, 0 for
 * what the model does not know) and, for head `line`, `mean` (the running mean). Outputs are `stars`, `user_vector`,
 * `movie_vector` and, of the logistic head, `probability`.
 */
import type { Layer, Network } from "../export/network.ts";
import { HALF_WIDTH, HEADS, MIDDLE } from "./heads.ts";
import type { Calibration } from "./scorer.ts";
import type { Tower, Weights } from "./towers.ts";

const PARTS = ["user", "movie"] as const;

export function towersNetwork(weights: Weights, calibration?: Calibration): Network {
  const { head } = weights;
  const { isUnit } = HEADS[head];
  const layers = [
    ...PARTS.flatMap((name) => towerLayers(name, weights[name], isUnit)),
    ...headLayers(weights, calibration),
  ];
  return {
    name: `two_tower_${head}`,
    layers,
    inputs: layers.filter(({ op }) => op === "input").map(({ name }) => name),
    outputs: ["stars", "user_vector", "movie_vector", ...(head === "logistic" ? ["probability"] : [])],
  };
}

/** The inputs of one side, as the network takes them, from what the features say of it. */
export function towerInputs(
  name: typeof PARTS[number],
  { tables, mean }: Tower,
  values: Float32Array,
): Record<string, ArrayLike<number>> {
  const rows = tables.map((_, t) => [`${name}_row_${t}`, Int32Array.of(values[t])]);
  return Object.fromEntries([...rows, ...(mean.length > 0 ? [[name, values.slice(tables.length)]] : [])]);
}

function towerLayers(
  name: string,
  { tables, mean, scale, layers, dropout }: Tower,
  isUnit: boolean,
): Layer[] {
  const found: Layer[] = [];
  const parts = tables.map(({ dimension, values }, t) => {
    found.push({ op: "input", name: `${name}_row_${t}`, width: 1, type: "int32" });
    found.push({
      op: "embedding",
      name: `${name}_table_${t}`,
      from: `${name}_row_${t}`,
      dimension,
      table: values,
    });
    return `${name}_table_${t}`;
  });
  if (mean.length > 0) {
    found.push({ op: "input", name, width: mean.length });
    found.push({ op: "normalise", name: `${name}_normalised`, from: name, mean, scale });
    parts.push(`${name}_normalised`);
  }
  let top = parts[0];
  if (parts.length > 1) found.push({ op: "concatenate", name: top = `${name}_inputs`, from: parts });
  layers.forEach(({ units, kernel, bias }, l) => {
    const isLast = l === layers.length - 1;
    const activation = isLast ? "linear" : "relu";
    const own = isLast && !isUnit ? `${name}_vector` : `${name}_dense_${l}`;
    found.push({ op: "dense", name: own, from: top, units, kernel, bias, activation });
    top = own;
    if (l > 0 || isLast || dropout === 0) return;
    found.push({ op: "dropout", name: `${name}_dropout`, from: top, rate: dropout });
    top = `${name}_dropout`;
  });
  return isUnit ? [...found, { op: "unit_length", name: `${name}_vector`, from: top }] : found;
}

function headLayers({ head, logScale, offset }: Weights, calibration?: Calibration): Layer[] {
  const product: Layer = { op: "dot", name: "product", from: ["user_vector", "movie_vector"] };
  const line = (name: string, from: string, [scale, offset]: [number, number]): Layer => ({
    op: "affine",
    name,
    from,
    scale,
    offset,
  });
  const trained: [number, number] = [Math.exp(logScale), offset];
  switch (head) {
    case "dot":
      return [product, line("stars", "product", [1, 0])];
    case "cosine":
      return [product, line("stars", "product", [HALF_WIDTH, MIDDLE])];
    case "line":
      return [
        product,
        line("deviation", "product", trained),
        { op: "input", name: "mean", width: 1 },
        { op: "add", name: "stars", from: ["deviation", "mean"] },
      ];
    case "logistic":
      return [
        product,
        line("logit", "product", trained),
        line("stars", "logit", [calibration?.slope ?? 1, calibration?.intercept ?? 0]),
        { op: "activation", name: "probability", from: "logit", activation: "sigmoid" },
      ];
  }
}
