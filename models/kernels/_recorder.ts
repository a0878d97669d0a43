/** The tape that a program is written on: instructions by phase, in the order in which they run. */
import type { Op } from "./assembly/opcodes.ts";
import type { Kernels } from "./kernels.ts";
import type { Parameters } from "./parameters.ts";
import { createRegions } from "./_regions.ts";
import { tensorsIn } from "./_tensors.ts";
import type { Operand, Phase, Spot, Tape } from "./tape.ts";

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
  const { kernels, parameters, capacity, isTraining, seed, rates } = options;
  const memory = createRegions(kernels, capacity);
  const ways = createWays(isTraining);
  let numbered = 0;
  const tape: Tape = {
    ...{ isTraining, parameters, seed, rates, capacity, kernels },
    ...tensorsIn(memory, isTraining),
    parameter: askingOnce(parameters),
    scratch: memory.scratch,
    shared: (bytes) => memory.fixed(bytes * memory.nShards),
    room: memory.fixed,
    loss: memory.loss,
    ...ways.writing,
    number: () => numbered++,
  };
  const { room, rows, losses, taken } = memory;
  return { tape, phases: ways.forward, updates: ways.updates, room, rows, losses, taken, turn: ways.turn };
}

/** Instructions in the order in which they run: those of the way back are emitted when all of the way forward is. */
function createWays(isTraining: boolean) {
  const forward: Phase[] = [{ chunks: 0, instructions: [] }];
  const updates: Phase[] = [];
  const toEmitBack: (() => void)[] = [];
  const toUpdate: { chunks: number; emit: () => void }[] = [];
  let phases = forward;
  const writing: Pick<Tape, "emit" | "onBack" | "barrier" | "onUpdate"> = {
    emit: (op: Op, ...operands: Operand[]) =>
      void phases[phases.length - 1].instructions.push({ op, operands }),
    onBack: (emit) => void (isTraining && toEmitBack.push(emit)),
    barrier: () => void phases.push({ chunks: 0, instructions: [] }),
    onUpdate: (chunks, emit) => void (isTraining && toUpdate.push({ chunks, emit })),
  };
  const turn = () => {
    for (const emit of toEmitBack.reverse()) emit();
    phases = updates;
    for (const { chunks, emit } of toUpdate) {
      phases.push({ chunks, instructions: [] });
      emit();
    }
  };
  return { forward, updates, writing, turn };
}

/** The parameters' places, each asked for by one layer. */
function askingOnce(parameters: Parameters): Tape["parameter"] {
  const asked = new Set<string>();
  return (name, initial) => {
    if (asked.has(name)) throw new RangeError(`Cannot use parameter "${name}" twice in one program`);
    asked.add(name);
    const at = parameters.place(name, initial);
    return { value: { region: "parameters", at }, gradient: { region: "gradients", at } };
  };
}
