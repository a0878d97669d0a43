/** Tables of embeddings on a tape: rows by number, updated by lazy Adam (see `assembly/tables.ts`). */
import { Op } from "./assembly/opcodes.ts";
import type { Columns } from "./layers.ts";
import { ADAM, rowsOf, type Spot, type Tape } from "./tape.ts";

export interface TableOptions {
  /** Of what is kept: `NAME`, and its moments. */
  name: string;
  rows: number;
  dimension: number;
  /** [rows × dimension] */
  values: Float32Array;
  /** A tensor of all rows of the batch, as `tape.wide()` gives it. */
  into: Columns;
}

/** Writes row x[column] of the table into `into`, and learns the rows that a batch meets. */
export function table(tape: Tape, x: Columns, options: TableOptions): void {
  const { name, rows, dimension, values, into } = options;
  const kept = (what: string, numbers: Float32Array) => fixed(tape.parameters.keep(what, numbers));
  const weights = kept(name, values);
  const numbers = [...rowsOf(x.of), x.from] as const;
  tape.emit(Op.gather, ...numbers, weights, dimension, ...rowsOf(into.of), into.from);
  if (!tape.isTraining) return;
  const zeros = new Float32Array(rows * dimension);
  const [means, squares, sums] = ["means", "squares", "sums"].map((what) => kept(`${name}.${what}`, zeros));
  const marks = kept(`${name}.marks`, new Float32Array(Math.ceil(rows / 4)));
  const parts = tape.kernels.kernel("tableParts")();
  const lists = tape.room(4 * parts * tape.capacity);
  tape.onUpdate(parts, () => {
    const learnt = [weights, means, squares, sums, lists, tape.capacity, dimension];
    const rates = [tape.rates, { real: ADAM.beta1 }, { real: ADAM.beta2 }, { real: ADAM.epsilon }];
    tape.emit(
      Op.tableAdam,
      ...numbers,
      ...learnt,
      into.of.gradient,
      into.of.stride,
      into.from,
      ...rates,
      marks,
    );
  });
}

/** A table's gradient, dense, from what `program` left in the rows of the tensor that it was gathered into. */
export function tableGradient(
  { rows, dimension }: { rows: number; dimension: number },
  numbers: { of: Float32Array; stride: number; from: number },
  gradient: { of: Float32Array; stride: number; from: number },
): Float32Array {
  const result = new Float32Array(rows * dimension);
  for (let i = 0; i * numbers.stride < numbers.of.length; i++) {
    const row = numbers.of[i * numbers.stride + numbers.from];
    for (let k = 0; k < dimension; k++) {
      result[row * dimension + k] += gradient.of[i * gradient.stride + gradient.from + k];
    }
  }
  return result;
}

function fixed(at: number): Spot {
  return { region: "fixed", at };
}
