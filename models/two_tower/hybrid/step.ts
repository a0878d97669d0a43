/**
 * The hybrid's step, whole in wasm: this is its host. `assembly/hybrid.ts` says what happens, and in which parts.
 *
 * Shards of a fixed size and chunks of a fixed number, each in a fixed order: however many threads take part, the bits
 * are the same.
 */
import { Op, Place } from "../../kernels/assembly/opcodes.ts";
import type { Pool } from "../../kernels/pool.ts";
import { type Batch, createBatch } from "./batch.ts";
import { denseOf, legsOf, weightsOf } from "./dense.ts";
import type { HybridWeights } from "./weights.ts";
import { openWords, TABLES } from "./words.ts";

/** Examples of one shard: its movies are each other's negatives. */
export const SHARD = 256;
/** As in assembly/hybrid.ts: chunks of the dense weights and of each table. */
const CHUNKS = 16;

export interface StepOptions {
  batchSize: number;
  widths: { user: number; movie: number };
  /** Examples of one shard; by default SHARD. */
  shard?: number;
  /** Candidates drawn from all movies, for each shard. */
  extra: number;
  dropout: number;
  decay: { retrieval: number; rating: number };
  seed: number;
}

export interface Losses {
  /** Σ (r − r̂)². */
  squares: number;
  /** Σ −ln p of what was to be found. */
  crossEntropy: number;
}

export interface Rates {
  retrieval: number;
  rating: number;
}

export interface Gradient {
  /** See `denseOf()`. */
  dense: Float32Array;
  /** In the shape of each table. */
  users: Float32Array;
  movies: Float32Array;
  bags: Float32Array;
}

export interface HybridStep extends Disposable {
  readonly batch: Batch;
  /** r̂ of the batch, after `step()` or `measure()`. */
  readonly predicted: Float32Array;
  /** ⟨e¹_u, e¹_m⟩ of the same; after a step NaN where it was not needed (see assembly/hybrid.ts). */
  readonly dots: Float32Array;
  /**
   * One step of Adam on what stands in `batch`, which it spends; the losses before it. It is fastest where within each
   * shard what is to be found stands before the rest.
   */
  step(rates: Rates): Losses;
  measure(): Losses;
  /** Of the mean squared error + the mean cross-entropy: what a step would follow, without decay. */
  gradient(): Gradient;
  weights(): HybridWeights;
}

/** Opcode, bytes, phase, words, room. */
const INSTRUCTION = ["op", "bytes", "phase", "words", "room"] as const;

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-7];

export function createHybridStep(pool: Pool, start: HybridWeights, options: StepOptions): HybridStep {
  const { batchSize, widths, shard = SHARD, extra, dropout, decay, seed } = options;
  const { kernels } = pool;
  const { split } = start;
  const [{ units: hidden }, { units: width }] = start.user.layers;
  const shards = Math.ceil(batchSize / shard);
  const candidates = shards * (shard + extra);
  const held: ArrayBufferView[] = [];
  const floats = (n: number) => keep(kernels.floats(n));
  const integers = (n: number) => keep(kernels.integers(n));
  const keep = <View extends ArrayBufferView>(view: View) => (held.push(view), view);

  const batch = createBatch({ batchSize, shard, extra, widths }, { floats, integers });
  const dense = denseOf(start);
  const denseAt = floats(dense.length);
  denseAt.set(dense);
  const legs = legsOf(start);
  const denseRates = floats(dense.length);
  const denseGradients = floats(shards * dense.length);
  const [predicted, dots] = [floats(batchSize), floats(batchSize)];
  const losses = keep(kernels.doubles(2 * shards));
  const work = kernels.kernel("gemmWork");
  const perShard = shard + extra;
  const roomFloats = 2 * shard * hidden + 2 * perShard * hidden + perShard * width + shard * width +
    shard * perShard + shard * split;
  const panels = Math.max(work(perShard, Math.max(hidden, width)), work(Math.max(split, hidden), perShard));
  const roomBytes = 64 * Math.ceil((4 * roomFloats + panels + 64) / 64);
  const room = floats(pool.workers * roomBytes / 4);
  const userGradients = floats(batchSize * width);
  const movieGradients = floats(candidates * width);

  const words = openWords(integers);
  const { set, setNumbers } = words;
  set({
    userInputs: widths.user,
    movieInputs: widths.movie,
    hidden,
    width,
    split,
    shard,
    extra,
    dense: denseAt,
    denseGradients,
    denseLength: dense.length,
    denseFirst: floats(dense.length),
    denseSecond: floats(dense.length),
    denseRates,
    userX: batch.user,
    movieX: batch.movie,
    userRows: batch.userRows,
    movieRows: batch.movieRows,
    base: batch.base,
    stars: batch.stars,
    weights: batch.weights,
    logQ: batch.logQ,
    bagStarts: batch.bagStarts,
    bagRows: batch.bags.movies,
    bagFirst: batch.bags.retrieval,
    bagSecond: batch.bags.rating,
    bagSources: batch.bagSources,
    userGradients,
    movieGradients,
    losses,
    predicted,
    dots,
    dropBelow: Math.floor(dropout * 2 ** 24),
  });
  setNumbers({ keptScale: 1 / (1 - dropout) });
  const tables = [
    { rows: start.users, refs: batch.userRows, gradients: userGradients },
    { rows: start.movies, refs: batch.movieRows, gradients: movieGradients },
    {
      rows: start.bags,
      refs: batch.bags.movies,
      gradients: userGradients,
      sources: batch.bagSources,
      first: batch.bags.retrieval,
      second: batch.bags.rating,
    },
  ].map((table, t) => {
    const { ids, values } = table.rows;
    const at = floats(values.length);
    at.set(values);
    words.setTable(t, {
      values: at,
      firstMoment: floats(values.length),
      secondMoment: floats(values.length),
      nRows: ids.size,
      refs: table.refs,
      order: integers(table.refs.length),
      touched: integers(2 * Math.min(ids.size, table.refs.length) + 2),
      counts: integers(ids.size),
      sources: table.sources ?? 0,
      first: table.first ?? 0,
      second: table.second ?? 0,
      gradients: table.gradients,
    });
    return at;
  });

  const at = words.address;
  const code = integers(2 * INSTRUCTION.length);
  INSTRUCTION.forEach((_, i) => {
    code[i] = code[INSTRUCTION.length + i] = [Op.hybrid, 4 * INSTRUCTION.length, 0, at, Place.worker][i];
  });
  code[INSTRUCTION.length + 2] = 1;
  const header = integers(16 + 8);
  header.set([0, shard, 0, room.byteOffset, roomBytes]);
  const instruction = (phase: number) => code.byteOffset + 4 * INSTRUCTION.length * phase;
  const run = (nShards: number, phases: number) => {
    header.set([instruction(0), instruction(1), TABLES + nShards, 0], 16);
    header.set([instruction(1), instruction(2), CHUNKS * (1 + TABLES), 0], 20);
    pool.run(header.byteOffset, batch.length, phases);
  };
  let steps = 0;

  function runOn(isTraining: boolean, phases: number): Losses {
    const { length, weight } = batch;
    const nShards = Math.ceil(length / shard);
    set({ length, isTraining: isTraining ? 1 : 0, nShards, seed: Math.imul(seed, 0x9e3779b1) + steps });
    setNumbers({ ratingScale: 2 / length, softmaxScale: weight > 0 ? 1 / weight : 0 });
    losses.fill(0);
    run(nShards, phases);
    let [squares, crossEntropy] = [0, 0];
    for (let s = 0; s < nShards; s++) {
      squares += losses[2 * s];
      crossEntropy += losses[2 * s + 1];
    }
    return { squares, crossEntropy };
  }

  return {
    batch,
    predicted,
    dots,
    measure: () => runOn(false, 1),
    step({ retrieval, rating }) {
      steps++;
      const corrected = Math.sqrt(1 - BETA2 ** steps);
      const scale = corrected / (1 - BETA1 ** steps);
      setNumbers({ rate: scale * retrieval, ratingRate: scale * rating, epsilon: EPSILON * corrected });
      const byLeg = [0, scale * retrieval, scale * rating];
      for (let i = 0; i < legs.length; i++) denseRates[i] = byLeg[legs[i]];
      const { length } = batch;
      const nRefs = [length, length + Math.ceil(length / shard) * extra, batch.bagStarts[length]];
      for (let t = 0; t < TABLES; t++) {
        words.setTable(t, { nRefs: nRefs[t] });
        words.setTableNumbers(t, {
          firstDecay: decay.retrieval / length,
          secondDecay: decay.rating / length,
        });
      }
      return runOn(true, 2);
    },
    gradient() {
      runOn(true, 1);
      const total = new Float32Array(dense.length);
      const nShards = Math.ceil(batch.length / shard);
      for (let s = 0; s < nShards; s++) {
        for (let i = 0; i < total.length; i++) total[i] += denseGradients[s * total.length + i];
      }
      const [users, movies, bags] = tables.map(({ length }) => new Float32Array(length));
      const scatter = (
        to: Float32Array,
        row: number,
        from: Float32Array,
        source: number,
        of: (d: number) => number,
      ) => {
        if (row < 0) return;
        for (let d = 0; d < width; d++) to[row * width + d] += of(d) * from[source * width + d];
      };
      const nCandidates = batch.length + nShards * extra;
      for (let i = 0; i < batch.length; i++) {
        scatter(users, batch.userRows[i], userGradients, i, () => 1);
        for (let k = batch.bagStarts[i]; k < batch.bagStarts[i + 1]; k++) {
          const { movies: rows, retrieval, rating } = batch.bags;
          scatter(bags, rows[k], userGradients, i, (d) => d < split ? retrieval[k] : rating[k]);
        }
      }
      for (let j = 0; j < nCandidates; j++) scatter(movies, batch.movieRows[j], movieGradients, j, () => 1);
      return { dense: total, users, movies, bags };
    },
    weights: () => weightsOf(start, denseAt, tables),
    [Symbol.dispose]() {
      for (const view of held) kernels.free(view);
    },
  };
}
