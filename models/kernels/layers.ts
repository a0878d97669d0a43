/**
 * Layers on a tape: each computes a tensor from tensors, and writes down its way back.
 *
 *   const h = dense(tape, x, { name: "hidden", …, isCut: true });
 *   squaredError(tape, dense(tape, h, { name: "out", … }), tape.input("targets", 1));
 *
 * What an instruction computes stands beside it in `assembly/`.
 */
import { Op } from "./assembly/opcodes.ts";
import {
  adds,
  gradientOf,
  type Operand,
  ROWS_PER_SHARD,
  rowsOf,
  type Spot,
  type Tape,
  type Tensor,
} from "./tape.ts";

export interface DenseOptions {
  /** Its parameters are `NAME.kernel` [inputs × units] and `NAME.bias` [units]. */
  name: string;
  units: number;
  kernel: Float32Array;
  bias: Float32Array;
  /** With ReLU. */
  isCut?: boolean;
  /** Where to write, as a part of a wider tensor; by default a tensor of its own. */
  into?: Tensor;
}

/** Bytes that a matrix [k × n] takes in panels of eight columns. */
function panelBytes(k: number, n: number): number {
  return Math.ceil(n / 8) * 8 * (k + 1) * 4;
}

/** y = x W + b, or what ReLU leaves of it. */
export function dense(tape: Tape, x: Tensor, options: DenseOptions): Tensor {
  const { name, units, isCut = false, into } = options;
  const kernel = tape.parameter(`${name}.kernel`, options.kernel);
  const bias = tape.parameter(`${name}.bias`, options.bias);
  const y = into ? { ...into, isCut } : tape.tensor(units, { isCut, isSpent: true });
  const forward = tape.scratch(panelBytes(x.width, units));
  tape.emit(Op.dense, ...rowsOf(x), x.width, kernel.value, bias.value, ...rowsOf(y), units, +isCut, forward);
  tape.onBack(() => {
    if (isCut && !y.back.isMasked) tape.emit(Op.mask, ...rowsOf(y), ...gradientOf(y), units);
    const across = tape.scratch(panelBytes(ROWS_PER_SHARD, units));
    const gradients = [kernel.gradient, bias.gradient, across];
    tape.emit(Op.denseGradients, ...rowsOf(x), x.width, ...gradientOf(y), units, ...gradients);
    if (!x.gradient) return;
    const mask = x.isCut ? rowsOf(x) : [null, 0];
    const back = [...gradientOf(x), x.learns, ...mask, adds(x, x.isCut)];
    tape.emit(
      Op.denseBack,
      ...gradientOf(y),
      units,
      kernel.value,
      ...back,
      tape.scratch(panelBytes(units, x.width)),
    );
  });
  return y;
}

/** Columns of a tensor. */
export interface Columns {
  of: Tensor;
  from: number;
}

export interface NormaliseOptions {
  name: string;
  mean: Float32Array;
  scale: Float32Array;
  /** Where to write; by default a tensor of its own. */
  into?: Columns;
}

/** y = (x − mean) ∘ scale, of as many columns of an input as there are means; nothing is learnt before it. */
export function normalise(tape: Tape, x: Columns, { name, into, ...moments }: NormaliseOptions): Tensor {
  const width = moments.mean.length;
  const kept = (["mean", "scale"] as const).map((what): Spot => {
    return { region: "fixed", at: tape.parameters.keep(`${name}.${what}`, () => moments[what], width) };
  });
  const y = into ?? { of: tape.tensor(width, { hasGradient: false }), from: 0 };
  tape.emit(Op.normalise, ...rowsOf(x.of), width, ...kept, ...rowsOf(y.of), x.from, y.from);
  return y.of;
}

/** y = x / √(‖x‖² + ε). */
export function unitLength(tape: Tape, x: Tensor, epsilon: number): Tensor {
  const y = tape.tensor(x.width);
  const lengths = tape.tensor(1, { hasGradient: false });
  tape.emit(Op.unitLength, ...rowsOf(x), x.width, ...rowsOf(y), ...rowsOf(lengths), { real: epsilon });
  tape.onBack(() => {
    const isAdded = adds(x);
    tape.emit(
      Op.unitLengthBack,
      ...rowsOf(y),
      x.width,
      ...rowsOf(lengths),
      ...gradientOf(y),
      ...gradientOf(x),
      isAdded,
    );
  });
  return y;
}

/** c = ⟨a, b⟩, one number a row. */
export function dot(tape: Tape, a: Tensor, b: Tensor, into?: Tensor): Tensor {
  const c = into ?? tape.tensor(1);
  tape.emit(Op.dot, ...rowsOf(a), ...rowsOf(b), a.width, ...rowsOf(c));
  tape.onBack(() => {
    for (const [one, other] of [[a, b], [b, a]]) {
      if (!one.gradient) continue;
      tape.emit(Op.dotBack, ...gradientOf(c), ...rowsOf(other), a.width, ...gradientOf(one), adds(one));
    }
  });
  return c;
}

/** y = g + exp(α) c + b: from a cosine to stars or logits; α and b are learnt, g is an input, or 0. */
export function line(
  tape: Tape,
  c: Tensor,
  options: { base?: Tensor; logScale: number; offset: number; into?: Tensor },
): Tensor {
  const y = options.into ?? tape.tensor(1);
  const base = options.base ? rowsOf(options.base) : [null, 0];
  const slope = tape.parameter("logScale", Float32Array.of(options.logScale));
  const offset = tape.parameter("offset", Float32Array.of(options.offset));
  tape.emit(Op.line, ...rowsOf(c), ...base, slope.value, offset.value, ...rowsOf(y));
  tape.onBack(() => {
    adds(c);
    const learnt = [slope.gradient, offset.gradient];
    tape.emit(Op.lineBack, ...rowsOf(c), ...gradientOf(y), slope.value, ...gradientOf(c), ...learnt);
  });
  return y;
}

/**
 * y = x / (1 − p) with probability 1 − p, else 0 (Srivastava et al. 2014); x itself when not training.
 * In place where `x` is a layer's that does not read it again.
 */
export function dropout(tape: Tape, x: Tensor, rate: number): Tensor {
  const drawn = drawOf(tape, rate);
  if (drawn === null) return x;
  const y = x.isSpent ? x : tape.tensor(x.width);
  tape.emit(Op.dropout, ...rowsOf(x), x.width, ...rowsOf(y), ...drawn, 0);
  tape.onBack(() => {
    const isAdded = x.isSpent ? 0 : adds(x);
    tape.emit(Op.dropout, ...gradientOf(y), x.width, ...gradientOf(x), ...drawn, isAdded);
  });
  return y;
}

/** What instructions need to draw dropout: [threshold, 1 / (1 − p), seed, layer]; null: nothing is dropped. */
export function drawOf(tape: Tape, rate: number): [number, Operand, Spot, number] | null {
  const layer = tape.number();
  if (!tape.isTraining || rate === 0) return null;
  return [Math.floor(rate * 2 ** 32) | 0, { real: 1 / (1 - rate) }, tape.seed, layer];
}

/** p = 1 / (1 + e^−x), one number a row; for predictions: losses take x itself. */
export function sigmoid(tape: Tape, x: Tensor, into: Tensor): Tensor {
  tape.emit(Op.sigmoid, ...rowsOf(x), ...rowsOf(into));
  return into;
}

/** Mean of (y − target)²: what the program minimises. */
export function squaredError(tape: Tape, y: Tensor, target: Tensor): void {
  adds(y);
  tape.emit(Op.squaredError, ...rowsOf(y), ...rowsOf(target), ...gradientOf(y), tape.loss());
}

/** Mean binary cross-entropy of targets in [0, 1] with the logits x. */
export function crossEntropy(tape: Tape, x: Tensor, target: Tensor): void {
  adds(x);
  tape.emit(Op.crossEntropy, ...rowsOf(x), ...rowsOf(target), ...gradientOf(x), tape.loss());
}
