/** Batch normalisation (Ioffe & Szegedy 2015) on a tape: it looks at the whole batch, so it parts a program into phases. */
import { Op } from "./assembly/opcodes.ts";
import { drawOf } from "./layers.ts";
import { adds, gradientOf, rowsOf, type Spot, type Tape, type Tensor } from "./tape.ts";

export interface BatchNormOptions {
  /** Its parameters are `NAME.gamma` and `NAME.beta`, its averages `NAME.moving_mean` and `NAME.moving_variance`. */
  name: string;
  gamma: Float32Array;
  beta: Float32Array;
  movingMean: Float32Array;
  movingVariance: Float32Array;
  /** What is left of the averages at each step; Keras takes 0.99. */
  momentum?: number;
  /** Added to the variance; Keras takes 1e-3. */
  epsilon?: number;
  /** Share of what it gives that dropout sets to 0 right after it. */
  dropout?: number;
}

/** y = γ (x − μ) / √(σ² + ε) + β, and dropout after it. @throws {RangeError} when the width of `x` is no multiple of 4. */
export function batchNorm(tape: Tape, x: Tensor, options: BatchNormOptions): Tensor {
  const { width } = x;
  if (width % 4 !== 0) {
    throw new RangeError(
      `Cannot normalise "${options.name}" of ${width} units over the batch: a multiple of 4 is needed`,
    );
  }
  const { name, momentum = 0.99, epsilon = 1e-3 } = options;
  const gamma = tape.parameter(`${name}.gamma`, options.gamma);
  const beta = tape.parameter(`${name}.beta`, options.beta);
  const mean = fixed(tape.parameters.keep(`${name}.moving_mean`, () => options.movingMean, width));
  const variance = fixed(
    tape.parameters.keep(`${name}.moving_variance`, () => options.movingVariance, width),
  );
  // dy becomes dx in place.
  const y = tape.tensor(width, { isSpent: true, gradient: x.gradient });
  const drawn = drawOf(tape, options.dropout ?? 0) ?? [0, { real: 1 }, null, 0];
  const input = [...rowsOf(x), width] as const;
  const scratch = tape.scratch(3 * 4 * width);
  if (!tape.isTraining) {
    const rest = [mean, gamma.value, beta.value, ...rowsOf(y), variance, scratch];
    tape.emit(Op.batchNormFrozen, ...input, ...rest, { real: epsilon });
    return y;
  }
  const sums = tape.shared(16 * width);
  const kept = tape.room(12 * width);
  tape.emit(Op.columnSums, ...input, sums);
  tape.barrier();
  const rest = [sums, gamma.value, beta.value, ...rowsOf(y), kept, scratch];
  tape.emit(Op.batchNorm, ...input, ...rest, { real: epsilon }, ...drawn);
  tape.onBack(() => {
    const given = [...input, ...gradientOf(y), kept] as const;
    const backSums = tape.shared(16 * width);
    tape.emit(Op.batchNormSums, ...given, backSums, gamma.gradient, beta.gradient, ...drawn);
    tape.barrier();
    const to = [...gradientOf(x), tape.scratch(3 * 4 * width), +x.isCut];
    if (adds(x, x.isCut)) throw new RangeError(`Cannot use what "${name}" normalises elsewhere, too`);
    tape.emit(Op.batchNormBack, ...given, backSums, gamma.value, ...to);
  });
  tape.onUpdate(1, () => {
    tape.emit(Op.movingAverage, mean, kept, width, { real: momentum });
    tape.emit(Op.movingAverage, variance, fixed(kept.at + 8 * width), width, { real: momentum });
  });
  return y;
}

function fixed(at: number): Spot {
  return { region: "fixed", at };
}
