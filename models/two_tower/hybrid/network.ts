/**
 * The hybrid as a network of standard layers, for other tools.
 *
 * Inputs are `user` and `movie` (features), `user_row` and `movie_row` (1 + the place among the ids of the artifact, 0
 * for whom it does not know), `history` (the person's bag, already pooled: Σ w_uj y_j) and `base` (r₀, what is to be
 * expected of the pair before the vectors have their say). Outputs are `stars` and the vectors that retrieval multiplies.
 */
import type { Layer, Network } from "../../export/network.ts";
import type { Tower } from "../towers.ts";
import type { HybridWeights, Rows } from "./weights.ts";

export function hybridNetwork({ user, movie, split, offset, users, movies }: HybridWeights): Network {
  const width = user.layers[1].units;
  const rating = width - split;
  return {
    name: "two_tower_hybrid",
    layers: [
      ...towerLayers("user", user),
      ...rowLayers("user", users, width),
      { op: "input", name: "history", width },
      { op: "add", name: "user_whole", from: ["user_dense_1", "user_own", "history"] },
      ...towerLayers("movie", movie),
      ...rowLayers("movie", movies, width),
      { op: "add", name: "movie_whole", from: ["movie_dense_1", "movie_own"] },
      ...["user", "movie"].flatMap((side) => [
        columns(`${side}_vector`, `${side}_whole`, { width, first: 0, units: split }),
        columns(`${side}_rating`, `${side}_whole`, { width, first: split, units: rating }),
      ]),
      { op: "dot", name: "product", from: ["user_rating", "movie_rating"] },
      { op: "affine", name: "deviation", from: "product", scale: 1, offset },
      { op: "input", name: "base", width: 1 },
      { op: "add", name: "stars", from: ["deviation", "base"] },
    ],
    inputs: ["user", "user_row", "history", "movie", "movie_row", "base"],
    outputs: ["stars", "user_vector", "movie_vector"],
  };
}

function towerLayers(name: string, { mean, scale, layers: [first, last] }: Tower): Layer[] {
  const dense = { op: "dense" as const };
  return [
    { op: "input", name, width: mean.length },
    { op: "normalise", name: `${name}_normalised`, from: name, mean, scale },
    { ...dense, ...first, name: `${name}_dense_0`, from: `${name}_normalised`, activation: "relu" },
    { ...dense, ...last, name: `${name}_dense_1`, from: `${name}_dense_0`, activation: "linear" },
  ];
}

/** The table with a row of zeros before it, for whoever has none. */
function rowLayers(name: string, { values }: Rows, width: number): Layer[] {
  const table = new Float32Array(width + values.length);
  table.set(values, width);
  return [
    { op: "input", name: `${name}_row`, width: 1, type: "int32" },
    { op: "embedding", name: `${name}_own`, from: `${name}_row`, dimension: width, table },
  ];
}

/** `units` columns of a vector from `first` on, as a product with zeros and ones: layers that cut are not standard. */
function columns(
  name: string,
  from: string,
  { width, first, units }: { width: number; first: number; units: number },
): Layer {
  const kernel = new Float32Array(width * units);
  for (let j = 0; j < units; j++) kernel[(first + j) * units + j] = 1;
  return { op: "dense", name, from, units, kernel, bias: new Float32Array(units), activation: "linear" };
}
