/** Tables of embeddings on a tape: rows by number, updated by lazy Adam (see `assembly/tables.ts`). */
import { Op } from "./assembly/opcodes.ts";
import type { Columns } from "./layers.ts";
import type { Parameters } from "./parameters.ts";
import { ADAM, rowsOf, type Spot, type Tape } from "./tape.ts";

export interface TableShape {
  rows: number;
  dimension: number;
}

export interface TableOptions extends TableShape {
  name: string;
  /** [rows × dimension] */
  values: Float32Array;
  /** A tensor of all rows of the batch, as `tape.wide()` gives it. */
  into: Columns;
}

/** Writes row x[column] of the table into `into`, and learns the rows that a batch meets. */
export function table(tape: Tape, x: Columns, options: TableOptions): void {
  const { name, rows, dimension, into } = options;
  const records = fixed(tape.parameters.keep(name, () => recordsOf(options), 3 * rows * dimension));
  const numbers = tape.isTraining ? tape.room(4 * tape.capacity) : null;
  tape.emit(Op.gather, ...rowsOf(x.of), x.from, records, dimension, ...rowsOf(into.of), into.from, numbers);
  if (!tape.isTraining) return;
  const [slots, list] = [tape.room(4 * rows), tape.room(4 * tape.capacity)];
  const sums = tape.room(4 * dimension * tape.capacity);
  tape.onUpdate(tape.kernels.kernel("tableParts")(), () => {
    const gradient = [into.of.gradient, into.of.stride, into.from] as const;
    const rates = [tape.rates, { real: ADAM.beta1 }, { real: ADAM.beta2 }, { real: ADAM.epsilon }];
    tape.emit(Op.tableAdam, numbers, records, slots, list, sums, dimension, ...gradient, ...rates);
  });
}

/** [w | m | v] of each row, moments 0. */
function recordsOf({ rows, dimension, values }: TableOptions): Float32Array {
  const records = new Float32Array(3 * rows * dimension);
  for (let row = 0; row < rows; row++) {
    records.set(values.subarray(row * dimension, (row + 1) * dimension), 3 * row * dimension);
  }
  return records;
}

/** The weights [rows × dimension] of table `name` now. */
export function tableValues(
  parameters: Parameters,
  name: string,
  { rows, dimension }: TableShape,
): Float32Array {
  const records = parameters.view(name);
  const values = new Float32Array(rows * dimension);
  for (let row = 0; row < rows; row++) {
    values.set(records.subarray(3 * row * dimension, (3 * row + 1) * dimension), row * dimension);
  }
  return values;
}

/** A table's gradient, dense, from what `program` left in the rows of the tensor that it was gathered into. */
export function tableGradient(
  { rows, dimension }: TableShape,
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
