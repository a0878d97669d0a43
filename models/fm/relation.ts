/**
 * A relation: features that many ratings share, stored once per row and not once per rating (Rendle 2013, "Scaling
 * factorization machines to relational data"). Users are the rows of one relation, movies those of another; rating n
 * points at row `rowOf[n]` of each. Columns lie in groups, one for each kind of feature, which share hyperparameters.
 */

/** One kind of feature for every row, by row: row r has `columns[starts[r] … starts[r + 1] − 1]` at `values`. */
export interface FeatureGroup {
  readonly name: string;
  readonly nColumns: number;
  readonly starts: Int32Array; // [rows + 1]
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

export interface Relation {
  readonly nRows: number;
  readonly nColumns: number;
  /** Where each group's columns begin, and their end [groups + 1]. */
  readonly groupStarts: Int32Array;
  /** By column: column j stands in `rows[columnStarts[j] … columnStarts[j + 1] − 1]` with `values`. */
  readonly columnStarts: Int32Array; // [columns + 1]
  readonly rows: Int32Array;
  readonly values: Float32Array;
  /** Row of each rating. */
  readonly rowOf: Int32Array; // [n]
  /** Ratings of each row. */
  readonly counts: Int32Array; // [rows]
  /** 1: some rating has this column, so there is something to learn about it. */
  readonly isMet: Uint8Array; // [columns]
}

/** Joins `groups`, each of `nRows` rows, by column; `rowOf` says which row each rating has. */
export function relationOf(groups: readonly FeatureGroup[], nRows: number, rowOf: Int32Array): Relation {
  const groupStarts = new Int32Array(groups.length + 1);
  groups.forEach(({ nColumns }, g) => groupStarts[g + 1] = groupStarts[g] + nColumns);
  const nColumns = groupStarts[groups.length];
  const columnStarts = new Int32Array(nColumns + 1);
  groups.forEach(({ columns }, g) => {
    for (const column of columns) columnStarts[groupStarts[g] + column + 1]++;
  });
  for (let j = 0; j < nColumns; j++) columnStarts[j + 1] += columnStarts[j];
  const counts = new Int32Array(nRows);
  for (const row of rowOf) counts[row]++;
  const next = columnStarts.slice();
  const rows = new Int32Array(columnStarts[nColumns]);
  const values = new Float32Array(rows.length);
  const isMet = new Uint8Array(nColumns);
  groups.forEach((group, g) => {
    for (let row = 0; row < nRows; row++) {
      for (let k = group.starts[row]; k < group.starts[row + 1]; k++) {
        const column = groupStarts[g] + group.columns[k];
        rows[next[column]] = row;
        values[next[column]++] = group.values[k];
        if (counts[row] > 0) isMet[column] = 1;
      }
    }
  });
  return { nRows, nColumns, groupStarts, columnStarts, rows, values, rowOf, counts, isMet };
}

/** Each row has a column of its own, with value 1. */
export function identityGroup(name: string, nRows: number): FeatureGroup {
  return {
    name,
    nColumns: nRows,
    starts: Int32Array.from({ length: nRows + 1 }, (_, row) => row),
    columns: Int32Array.from({ length: nRows }, (_, row) => row),
    values: new Float32Array(nRows).fill(1),
  };
}

/** A group from lists: row r has the columns of `of(r)`, each with 1/√(how many). */
export function listGroup(
  name: string,
  { nRows, nColumns, of }: { nRows: number; nColumns: number; of(row: number): ArrayLike<number> },
): FeatureGroup {
  const starts = new Int32Array(nRows + 1);
  for (let row = 0; row < nRows; row++) starts[row + 1] = starts[row] + of(row).length;
  const columns = new Int32Array(starts[nRows]);
  const values = new Float32Array(starts[nRows]);
  for (let row = 0; row < nRows; row++) {
    const list = of(row);
    columns.set(list, starts[row]);
    values.fill(1 / Math.sqrt(list.length), starts[row], starts[row + 1]);
  }
  return { name, nColumns, starts, columns, values };
}
