/**
 * A network, written down once: instructions forward, and what each layer adds on the way back, in reverse.
 *
 * Layers (see `layers.ts`) are functions of a tape and tensors. A tensor is one row of numbers for each example; it holds
 * the rows of the shard at hand only, unless it is an input. Where all shards are needed, as for the mean of a batch, a
 * `barrier()` parts the program into phases. Addresses are not known before the program is finished: operands say
 * which region they lie in.
 */
import { Op } from "./assembly/opcodes.ts";
import type { Kernels } from "./kernels.ts";
import type { Parameters } from "./parameters.ts";

/** Where an operand lies: an offset in bytes in a region; `fixed` is an address. */
export interface Spot {
  readonly region: "fixed" | "parameters" | "gradients" | "activations" | "scratch" | "rows";
  readonly at: number;
}

/** A word of an instruction: an integer, a real number, a place, or nothing (0). */
export type Operand = number | { real: number } | Spot | null;

export interface Tensor {
  readonly spot: Spot;
  /** Numbers of a row. */
  readonly width: number;
  /** Numbers from row to row. */
  readonly stride: number;
  /** The loss's derivative by it, of the same stride; null: nothing before it learns. */
  readonly gradient: Spot | null;
  /** Columns, from the first on, by which it is needed. */
  readonly learns: number;
  /** It is what ReLU left: its gradient is to be zeroed where it is 0. */
  readonly isCut: boolean;
  /** The layer that made it needs no more of it than where it is 0: the next may write over it. */
  readonly isSpent: boolean;
  /** What the way back has done to `gradient` so far. */
  readonly back: { isWritten: boolean; isMasked: boolean };
}

/** Instructions between two barriers; `chunks`: how often they run, else once a shard. */
export interface Phase {
  readonly chunks: number;
  readonly instructions: { op: Op; operands: readonly Operand[] }[];
}

/** Rows of the shards: enough for the products to be fast, few enough for their rows to stay in the cache. */
export const ROWS_PER_SHARD = 256;

export interface TensorOptions {
  isCut?: boolean;
  isSpent?: boolean;
  hasGradient?: boolean;
  /** Where its gradient goes, of the same stride; by default into room of its own. */
  gradient?: Spot | null;
}

export interface Tape {
  /** False: a forward pass only; batch normalisation uses its moving averages, dropout does nothing. */
  readonly isTraining: boolean;
  readonly parameters: Parameters;
  /** [seed, number of the step]: what dropout hashes. */
  readonly seed: Spot;
  /** What Adam reads: [rate, 1 − β₁ᵗ, 1 − β₂ᵗ]. */
  readonly rates: Spot;
  /** Rows of a batch at most. */
  readonly capacity: number;
  readonly kernels: Kernels;
  /** Rows that the caller fills before each run, `width` numbers (or 32-bit integers) each. */
  input(name: string, width: number): Tensor;
  /** Rows that the caller may read after each run. */
  output(name: string, width: number): Tensor;
  /** Room for what a layer computes. Rows begin at multiples of 16 bytes. */
  tensor(width: number, options?: TensorOptions): Tensor;
  /** A tensor of all rows of the batch, which updates can read: as rows `name`, and its gradient as `name.gradient`. */
  wide(name: string, width: number, learns: number): Tensor;
  /**
   * The columns `from` … `from + width` of `tensor`: what is written to a part is written to the whole. What comes after
   * reads the whole or its parts, not both.
   */
  part(tensor: Tensor, from: number, width: number): Tensor;
  /** A trained parameter and its gradient. */
  parameter(name: string, initial: Float32Array): { value: Spot; gradient: Spot };
  /** `bytes` of room that an instruction may overwrite at will. */
  scratch(bytes: number): Spot;
  /** `bytes` of room for each shard, one after the other: all shards can read them after a barrier. */
  shared(bytes: number): Spot;
  /** `bytes` of room for the whole batch. */
  room(bytes: number): Spot;
  /** A float64 for each shard: what they add up to is the program's loss. */
  loss(): Spot;
  emit(op: Op, ...operands: Operand[]): void;
  /** Runs on the way back, the last first. */
  onBack(emit: () => void): void;
  /** All shards have to be here before one goes on. */
  barrier(): void;
  /** Emits what runs after the way back, `chunks` times, each with its number as shard: updates of what was learnt. */
  onUpdate(chunks: number, emit: () => void): void;
  /** 0, 1, 2 …: tells layers apart that draw random numbers. */
  number(): number;
}

/** Adam's β₁, β₂ and ε (Kingma & Ba 2015; ε as in TensorFlow). */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/** The two words of a tensor operand. */
export function rowsOf(tensor: Tensor): [Spot, number] {
  return [tensor.spot, tensor.stride];
}

/** The two words of a tensor's gradient; nothing when it has none. */
export function gradientOf(tensor: Tensor): [Spot | null, number] {
  return [tensor.gradient, tensor.stride];
}

/** Whether the next write to the gradient of `tensor` has to add; notes that it is written. */
export function adds(tensor: Tensor, isMasked = false): 0 | 1 {
  const { back } = tensor;
  const result = back.isWritten ? 1 : 0;
  back.isWritten = true;
  back.isMasked = isMasked;
  return result;
}
