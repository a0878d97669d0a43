/** The hybrid's loss in plain TypeScript and doubles, read off its equations: what the kernels are compared with. */
import type { Batch } from "../../../../models/two_tower/hybrid/batch.ts";
import type { HybridWeights } from "../../../../models/two_tower/hybrid/weights.ts";
import type { Tower } from "../../../../models/two_tower/towers.ts";

/** Mean squared error + mean cross-entropy of the positives, without dropout. */
export function plainLoss(weights: HybridWeights, batch: Batch): number {
  const { shard, extra, length } = batch;
  const { split } = weights;
  const users = Array.from({ length }, (_, i) => userVector(weights, batch, i));
  const candidates = length + Math.ceil(length / shard) * extra;
  const movies = Array.from({ length: candidates }, (_, j) => movieVector(weights, batch, j));
  let [squares, crossEntropy] = [0, 0];
  for (let i = 0; i < length; i++) {
    const s = Math.floor(i / shard);
    const n = Math.min(shard, length - s * shard);
    const first = s * (shard + extra);
    const own = first + i % shard;
    const movie = movies[own];
    const predicted = batch.base[i] + weights.offset + dot(users[i], movie, split, movie.length);
    squares += (predicted - batch.stars[i]) ** 2;
    if (batch.weights[i] === 0) continue;
    let sum = 0;
    for (let j = first; j < first + n + extra; j++) {
      if (j !== own && batch.movieRows[j] === batch.movieRows[own]) continue;
      sum += Math.exp(dot(users[i], movies[j], 0, split) - batch.logQ[j]);
    }
    crossEntropy += batch.weights[i] * (Math.log(sum) - dot(users[i], movie, 0, split) + batch.logQ[own]);
  }
  return squares / length + crossEntropy / batch.weight;
}

function dot(x: number[], y: number[], from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += x[k] * y[k];
  return sum;
}

function userVector(weights: HybridWeights, batch: Batch, i: number): number[] {
  const e = through(weights.user, batch.user, i);
  const width = e.length;
  const add = (values: Float32Array, row: number, weight: (d: number) => number) => {
    for (let d = 0; row >= 0 && d < width; d++) e[d] += weight(d) * values[row * width + d];
  };
  add(weights.users.values, batch.userRows[i], () => 1);
  const { movies, retrieval, rating } = batch.bags;
  for (let k = batch.bagStarts[i]; k < batch.bagStarts[i + 1]; k++) {
    add(weights.bags.values, movies[k], (d) => d < weights.split ? retrieval[k] : rating[k]);
  }
  return e;
}

function movieVector(weights: HybridWeights, batch: Batch, place: number): number[] {
  const f = through(weights.movie, batch.movie, place);
  const row = batch.movieRows[place];
  return f.map((value, d) => value + weights.movies.values[row * f.length + d]);
}

/** Inputs are normalised already. */
function through({ layers }: Tower, inputs: Float32Array, row: number): number[] {
  let h = Array.from(inputs.subarray(row * layers[0].inputs, (row + 1) * layers[0].inputs));
  layers.forEach(({ units, kernel, bias }, l) => {
    h = Array.from({ length: units }, (_, j) => {
      const sum = h.reduce((sum, value, i) => sum + value * kernel[i * units + j], bias[j]);
      return l === 0 ? Math.max(0, sum) : sum;
    });
  });
  return h;
}
