// Instructions of a program, and where an operand lies: read by the interpreter (program.ts) and by the host (tape.ts).
// This file is TypeScript and AssemblyScript at once.

export enum Op {
  normalise,
  dense,
  denseGradients,
  denseBack,
  mask,
  unitLength,
  unitLengthBack,
  dot,
  dotBack,
  line,
  lineBack,
  squaredError,
  crossEntropy,
  sigmoid,
  dropout,
  columnSums,
  batchNorm,
  batchNormFrozen,
  batchNormSums,
  batchNormBack,
  movingAverage,
  adam,
  gather,
  tableAdam,
  hybrid,
}

/** The low bits of an operand: addresses are multiples of 16. */
export enum Place {
  /** The address itself. */
  fixed,
  /** One copy a worker: scratch that a shard leaves behind. */
  worker,
  /** One copy a shard: what a later phase reads again. */
  shard,
  /** One copy a shard: its share of the gradient. */
  gradient,
  /** One row an example of the batch. */
  rows,
}
