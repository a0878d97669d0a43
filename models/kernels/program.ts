/**
 * A network's program in wasm memory: one call runs a whole step, on all threads of a pool.
 *
 * The loss is the mean over the batch; its gradient is summed over shards of `ROWS_PER_SHARD` rows in their order, so
 * the bits do not depend on the number of threads. A batch may have any number of rows up to the capacity.
 */
import { Op, Place } from "./assembly/opcodes.ts";
import { encode } from "./_encode.ts";
import { record, type Recording } from "./_recorder.ts";
import type { Kernels } from "./kernels.ts";
import type { Parameters } from "./parameters.ts";
import { MOST_PHASES, type Pool } from "./pool.ts";
import { ADAM, type Phase, ROWS_PER_SHARD, type Spot, type Tape } from "./tape.ts";

export interface ProgramOptions {
  pool: Pool;
  parameters: Parameters;
  /** Rows of a batch at most. */
  capacity: number;
  /** False: a forward pass only. */
  isTraining: boolean;
  /** Seeds dropout. */
  seed?: number;
}

export interface Program extends Disposable {
  readonly capacity: number;
  readonly isTraining: boolean;
  /** What the host writes before a run, or reads after it. @throws {ReferenceError} when there are no such rows. */
  rows(name: string): Float32Array;
  /** The same rows where they hold 32-bit integers. */
  integers(name: string): Int32Array;
  /** Forward over the first `n` rows, and back in a training program, without a step. The sum of their losses. */
  run(n: number): number;
  /** Forward, back and one step of Adam; returns the sum of losses before it. */
  step(n: number, learningRate: number): number;
  /** The gradient of the mean loss by parameter `name`, as the last `run(n)` left it. */
  gradient(name: string, n: number): Float32Array;
}

/** Words of a header before its phases, and of one phase; as `assembly/program.ts` reads them. */
const [HEADER, PHASE] = [16, 4];

/** Writes down what `network` does on a tape, and makes it a program. */
export function buildProgram(options: ProgramOptions, network: (tape: Tape) => void): Program {
  const { pool, parameters, capacity, isTraining, seed = 0 } = options;
  const { kernels } = pool;
  const settings = kernels.floats(4);
  const draw = kernels.integers(2);
  draw[0] = seed | 0;
  const words = { seed: fixed(draw.byteOffset), rates: fixed(settings.byteOffset) };
  const recording = record({ kernels, parameters, capacity, isTraining, ...words });
  network(recording.tape);
  recording.turn();
  if (isTraining) recording.updates.push(adam(parameters, settings.byteOffset, kernels));
  const room = layOut(recording, options);
  const way = recording.phases.length;
  const all = way + recording.updates.length;
  const nShards = (n: number) => Math.ceil(n / ROWS_PER_SHARD);
  const run = (n: number, phases: number) => {
    if (!(Number.isInteger(n) && n >= 1 && n <= capacity)) {
      throw new RangeError(`Cannot run a program over ${n} rows: from 1 to ${capacity} are possible`);
    }
    pool.run(room.header.byteOffset, n, phases);
    return sumOf(recording.losses, nShards(n));
  };
  const rows = (name: string) => recording.rows.get(name) ?? missing(name, recording.rows);
  return {
    capacity,
    isTraining,
    rows,
    integers: (name) => new Int32Array(rows(name).buffer, rows(name).byteOffset, rows(name).length),
    run: (n) => run(n, way),
    step(n, learningRate) {
      const t = ++parameters.steps;
      draw[1] = t;
      settings.set([learningRate, 1 - ADAM.beta1 ** t, 1 - ADAM.beta2 ** t]);
      return run(n, all);
    },
    gradient(name, n) {
      const { length } = parameters.view(name);
      const sums = new Float32Array(length);
      for (let s = 0; s < nShards(n); s++) {
        const from = s * parameters.size + parameters.place(name, sums) / 4;
        for (let i = 0; i < length; i++) sums[i] += room.gradients[from + i];
      }
      return sums;
    },
    [Symbol.dispose]() {
      for (const view of [settings, draw, ...recording.taken, ...Object.values(room)]) kernels.free(view);
    },
  };
}

/** Takes the memory of what was recorded, and writes header and instructions into it. */
function layOut(
  { phases, updates, room }: Recording,
  { pool, parameters, capacity, isTraining }: ProgramOptions,
) {
  const { kernels, workers } = pool;
  const everything = [...phases, ...updates];
  if (everything.length > MOST_PHASES) {
    throw new RangeError(`Cannot run a program of ${everything.length} phases: ${MOST_PHASES} are possible`);
  }
  const nShards = Math.ceil(capacity / ROWS_PER_SHARD);
  const isKept = phases.length > 1;
  const [activations, scratch] = [lines(room.activations), lines(room.scratch)];
  const perWorker = scratch + (isKept ? 0 : activations);
  const perShard = isKept ? activations : 0;
  const { weights } = parameters.block();
  const workerCopies = kernels.floats(workers * perWorker / 4);
  const shardCopies = kernels.floats(nShards * perShard / 4);
  const gradients = kernels.floats(isTraining ? nShards * parameters.size : 0);
  const { words, ends } = encode(everything, {
    parameters: weights,
    activations: isKept ? Place.shard : Place.worker,
    scratch: perWorker - scratch,
  });
  const code = kernels.integers(words.length);
  code.set(words);
  const header = kernels.integers(HEADER + PHASE * everything.length);
  const copies = [workerCopies.byteOffset, perWorker, shardCopies.byteOffset, perShard];
  header.set([0, ROWS_PER_SHARD, 0, ...copies, gradients.byteOffset, 4 * parameters.size]);
  everything.forEach(({ chunks }, i) => {
    const [from, end] = [ends[i - 1] ?? 0, ends[i]].map((at) => code.byteOffset + 4 * at);
    header.set([from, end, chunks], HEADER + PHASE * i);
  });
  return { workerCopies, shardCopies, gradients, code, header };
}

/** The last update of a step: all trained parameters. */
function adam(parameters: Parameters, settings: number, kernels: Kernels): Phase {
  const { weights, means, squares } = parameters.block();
  const rates = [{ real: ADAM.beta1 }, { real: ADAM.beta2 }, { real: ADAM.epsilon }];
  const operands = [fixed(weights), fixed(means), fixed(squares), parameters.size, fixed(settings), ...rates];
  const chunks = kernels.kernel("adamChunks")(parameters.size);
  return { chunks, instructions: [{ op: Op.adam, operands }] };
}

function sumOf(losses: Float64Array[], shards: number): number {
  return losses.reduce((sum, values) => values.subarray(0, shards).reduce((a, b) => a + b, sum), 0);
}

/** Bytes, up to whole cache lines. */
function lines(bytes: number): number {
  return 64 * Math.ceil(bytes / 64);
}

function fixed(at: number): Spot {
  return { region: "fixed", at };
}

function missing(name: string, known: Map<string, unknown>): never {
  throw new ReferenceError(`Cannot reach rows "${name}": found ${[...known.keys()].join(", ") || "none"}`);
}
