/** Small networks on a tape, and what they come to in float64. */
import { batchNorm } from "../../../models/kernels/batch_norm.ts";
import { openKernels } from "../../../models/kernels/kernels.ts";
import { dense, dropout, squaredError, unitLength } from "../../../models/kernels/layers.ts";
import { createParameters } from "../../../models/kernels/parameters.ts";
import { openPool, type Pool } from "../../../models/kernels/pool.ts";
import { buildProgram, type Program } from "../../../models/kernels/program.ts";
import type { Tape, Tensor } from "../../../models/kernels/tape.ts";
import { createRng } from "../../../models/rng.ts";
import { CACHE } from "../../support/compute.ts";

export interface PoolOptions {
  workers?: number;
  simd?: "relaxed" | "portable";
}

export async function smallPool({ workers = 1, simd = "relaxed" }: PoolOptions = {}): Promise<Pool> {
  return openPool(await openKernels({ cache: CACHE, simd }, () => {}), workers);
}

/** Seeded numbers in ±1, the same for the same name and length. */
export function numbers(name: string, length: number): Float32Array {
  const rng = createRng([...name].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 7) % 1e9);
  return Float32Array.from({ length }, () => 2 * rng.uniform() - 1);
}

/** A dense layer whose weights go by its name. */
export function named(
  tape: Tape,
  x: Tensor,
  options: { name: string; units: number; isCut?: boolean; into?: Tensor },
) {
  const { name, units } = options;
  return dense(tape, x, {
    ...options,
    kernel: numbers(`${name}.kernel`, x.width * units),
    bias: numbers(`${name}.bias`, units),
  });
}

/** Batch normalisation whose γ and β go by its name. */
export function normalised(tape: Tape, x: Tensor, name: string, rate = 0): Tensor {
  return batchNorm(tape, x, {
    name,
    gamma: numbers(`${name}.gamma`, x.width),
    beta: numbers(`${name}.beta`, x.width),
    movingMean: new Float32Array(x.width),
    movingVariance: new Float32Array(x.width).fill(1),
    dropout: rate,
  });
}

/** Every layer that a network of the family has: cut, normalised over the batch, dropped, two parts, unit length. */
export function wholeNetwork(tape: Tape): void {
  const x = tape.input("x", 7);
  const left = normalised(tape, named(tape, x, { name: "left", units: 12, isCut: true }), "norm", 0.3);
  const right = dropout(tape, named(tape, x, { name: "right", units: 5, isCut: true }), 0.2);
  const both = tape.tensor(16);
  named(tape, left, { name: "a", units: 8, into: tape.part(both, 0, 8) });
  named(tape, right, { name: "b", units: 8, isCut: true, into: tape.part(both, 8, 8) });
  const y = named(tape, unitLength(tape, both, 1e-12), { name: "out", units: 1 });
  squaredError(tape, y, tape.input("targets", 1));
}

export interface Built extends Disposable {
  program: Program;
  /** The trained numbers of `name` now. */
  view(name: string): Float32Array;
}

/** A training program of `network` over `n` rows, filled with seeded numbers. */
export function built(pool: Pool, network: (tape: Tape) => void, n: number): Built {
  const parameters = createParameters(pool.kernels);
  const program = buildProgram({ pool, parameters, capacity: n, isTraining: true, seed: 5 }, network);
  for (const name of ["x", "targets"]) program.rows(name).set(numbers(name, program.rows(name).length));
  return {
    program,
    view: (name) => parameters.view(name),
    [Symbol.dispose]() {
      program[Symbol.dispose]();
      parameters[Symbol.dispose]();
    },
  };
}
