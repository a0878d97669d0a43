/** The ranking network as standard layers: vectors and features of a person and of a movie in, stars out. */
import type { Layer, Network } from "../export/network.ts";
import { NORM_EPSILON, type RankerNetwork } from "./network.ts";

/** Inputs `user` and `movie`, [n × width] each; output `rating`. */
export function portableRanker(
  { hidden, top }: RankerNetwork,
  widths: { user: number; movie: number },
): Network {
  const layers: Layer[] = [
    { name: "user", op: "input", width: widths.user },
    { name: "movie", op: "input", width: widths.movie },
    { name: "pair", op: "concatenate", from: ["user", "movie"] },
  ];
  const add = (layer: Layer) => layers.push(layer);
  const last = () => layers[layers.length - 1].name;
  hidden.forEach(({ units, kernel, bias, norm, dropout: rate }, l) => {
    const dense = { units, kernel, bias, activation: "relu" } as const;
    add({ name: `hidden_${l}`, op: "dense", from: last(), ...dense });
    if (norm) add({ name: `norm_${l}`, op: "batch_norm", from: last(), ...norm, epsilon: NORM_EPSILON });
    if (rate > 0) add({ name: `dropout_${l}`, op: "dropout", from: last(), rate });
  });
  const { units, kernel, bias } = top;
  add({ name: "rating", op: "dense", from: last(), units, kernel, bias, activation: "linear" });
  return { name: "ranker", layers, inputs: ["user", "movie"], outputs: ["rating"] };
}
