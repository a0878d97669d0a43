/** A mini-batch of the hybrid: what the window fills in, and the step works on. */
import { BAG, type Bags } from "./bag.ts";

/** A mini-batch in wasm memory. */
export interface Batch {
  readonly capacity: number;
  readonly shard: number;
  /** Candidates behind the movies of each shard. */
  readonly extra: number;
  length: number;
  isTraining: boolean;
  /** Σ of `weights`. */
  weight: number;
  readonly user: Float32Array; // [capacity × inputs]
  readonly movie: Float32Array; // [shards × (shard + extra) × inputs]
  readonly userRows: Int32Array; // [capacity]
  readonly movieRows: Int32Array; // [shards × (shard + extra)]
  readonly logQ: Float32Array; // [shards × (shard + extra)]
  readonly base: Float32Array; // [capacity]
  readonly stars: Float32Array; // [capacity]
  /** Running means; the step does not need them. */
  readonly means: Float32Array; // [capacity]
  /** 1 for what is to be found, else 0. */
  readonly weights: Float32Array; // [capacity]
  readonly bagStarts: Int32Array; // [capacity + 1]
  /** `movies` are rows of the table; -1: none. */
  readonly bags: Bags; // [capacity × BAG]
  /** The example of each of the bags' places: written by the step. */
  readonly bagSources: Int32Array; // [capacity × BAG]
}

export interface BatchShape {
  batchSize: number;
  shard: number;
  extra: number;
  widths: { user: number; movie: number };
}

/** Room where `room` gives it. */
export function createBatch(
  { batchSize, shard, extra, widths }: BatchShape,
  { floats, integers }: { floats(n: number): Float32Array; integers(n: number): Int32Array },
): Batch {
  const candidates = Math.ceil(batchSize / shard) * (shard + extra);
  return {
    capacity: batchSize,
    shard,
    extra,
    length: 0,
    isTraining: true,
    weight: 0,
    user: floats(batchSize * widths.user),
    movie: floats(candidates * widths.movie),
    userRows: integers(batchSize),
    movieRows: integers(candidates),
    logQ: floats(candidates),
    base: floats(batchSize),
    stars: floats(batchSize),
    means: new Float32Array(batchSize),
    weights: floats(batchSize),
    bagStarts: integers(batchSize + 1),
    bags: {
      movies: integers(batchSize * BAG),
      retrieval: floats(batchSize * BAG),
      rating: floats(batchSize * BAG),
    },
    bagSources: integers(batchSize * BAG),
  };
}
