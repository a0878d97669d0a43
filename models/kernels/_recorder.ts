/** The tape that a program is written on: instructions by phase, and how much room each region takes. */
import type { Op } from "./assembly/opcodes.ts";
import type { Kernels } from "./kernels.ts";
import type { Parameters } from "./parameters.ts";
import { type Operand, type Phase, ROWS_PER_SHARD, type Spot, type Tape, type Tensor } from "./tape.ts";

export interface RecordingOptions {
  kernels: Kernels;
  parameters: Parameters;
  /** Rows of a batch at most. */
  capacity: number;
  isTraining: boolean;
  seed: Spot;
  rates: Spot;
}

export interface Recording {
  tape: Tape;
  phases: Phase[];
  /** Those that run after the way back. */
  updates: Phase[];
  /** Bytes a copy. */
  room: { activations: number; scratch: number };
  /** Rows that the host fills or reads, by name. */
  rows: Map<string, Float32Array>;
  losses: Float64Array[];
  /** Everything that was taken of the memory. */
  taken: ArrayBufferView[];
  /** Emits the way back and the updates. */
  turn(): void;
}

export function record(options: RecordingOptions): Recording {
  const { kernels, parameters, capacity, isTraining } = options;
  const nShards = Math.ceil(capacity / ROWS_PER_SHARD);
  const result = {
    phases: [{ chunks: 0, instructions: [] }] as Phase[],
    updates: [] as Phase[],
    room: { activations: 0, scratch: 0 },
    rows: new Map<string, Float32Array>(),
    losses: [] as Float64Array[],
    taken: [] as ArrayBufferView[],
  };
  const { rows, room, taken, losses } = result;
  const backward: (() => void)[] = [];
  const updates: { chunks: number; emit: () => void }[] = [];
  const asked = new Set<string>();
  let phases = result.phases;
  let numbered = 0;
  const hold = <View extends ArrayBufferView>(view: View) => {
    taken.push(view);
    return view;
  };
  const activation = (numbers: number): Spot => {
    const at = room.activations;
    room.activations += 4 * numbers * ROWS_PER_SHARD;
    return { region: "activations", at };
  };
  const padded = (width: number) => width === 1 ? 1 : 4 * Math.ceil(width / 4) + (width % 64 === 0 ? 16 : 0);
  const outside = (name: string, width: number): Tensor => {
    if (rows.has(name)) throw new RangeError(`Cannot have two rows named "${name}"`);
    const view = hold(kernels.floats(capacity * width));
    rows.set(name, view);
    const spot: Spot = { region: "rows", at: view.byteOffset };
    return {
      spot,
      width,
      stride: width,
      gradient: null,
      learns: width,
      isCut: false,
      isSpent: false,
      back: unwritten(),
    };
  };
  const tape: Tape = {
    isTraining,
    parameters,
    seed: options.seed,
    rates: options.rates,
    capacity,
    kernels,
    input: outside,
    wide(name, width, learns) {
      const tensor = outside(name, width);
      return isTraining ? { ...tensor, learns, gradient: outside(`${name}.gradient`, width).spot } : tensor;
    },
    output(name, width) {
      const tensor = outside(name, width);
      return isTraining ? { ...tensor, gradient: activation(width) } : tensor;
    },
    tensor(width, { isCut = false, isSpent = false, hasGradient = true, ...options } = {}) {
      const stride = padded(width);
      const isLearnt = isTraining && hasGradient;
      const gradient = isLearnt ? options.gradient ?? activation(stride) : null;
      return {
        spot: activation(stride),
        width,
        stride,
        gradient,
        learns: width,
        isCut,
        isSpent,
        back: unwritten(),
      };
    },
    part(tensor, from, width) {
      if (from % 4 !== 0) {
        throw new RangeError(`Cannot part a tensor at column ${from}: a multiple of 4 is needed`);
      }
      const gradient = tensor.gradient && moved(tensor.gradient, from);
      return { ...tensor, width, learns: width, spot: moved(tensor.spot, from), gradient, back: unwritten() };
    },
    parameter(name, initial) {
      if (asked.has(name)) throw new RangeError(`Cannot use parameter "${name}" twice in one program`);
      asked.add(name);
      const at = parameters.place(name, initial);
      return { value: { region: "parameters", at }, gradient: { region: "gradients", at } };
    },
    scratch(bytes) {
      room.scratch = Math.max(room.scratch, bytes);
      return { region: "scratch", at: 0 };
    },
    shared: (bytes) => tape.room(bytes * nShards),
    room: (bytes) => ({ region: "fixed", at: hold(kernels.doubles(Math.ceil(bytes / 8))).byteOffset }),
    loss() {
      const sums = hold(kernels.doubles(nShards));
      losses.push(sums);
      return { region: "fixed", at: sums.byteOffset };
    },
    emit: (op: Op, ...operands: Operand[]) =>
      void phases[phases.length - 1].instructions.push({ op, operands }),
    onBack: (emit) => void (isTraining && backward.push(emit)),
    barrier: () => void phases.push({ chunks: 0, instructions: [] }),
    onUpdate: (chunks, emit) => void (isTraining && updates.push({ chunks, emit })),
    number: () => numbered++,
  };
  const turn = () => {
    for (const emit of backward.reverse()) emit();
    phases = result.updates;
    for (const { chunks, emit } of updates) {
      phases.push({ chunks, instructions: [] });
      emit();
    }
  };
  return { ...result, tape, turn };
}

function unwritten(): Tensor["back"] {
  return { isWritten: false, isMasked: false };
}

function moved(spot: Spot, numbers: number): Spot {
  return { ...spot, at: spot.at + 4 * numbers };
}
