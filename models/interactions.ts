/**
 * Who met what, as a sparse matrix X [users × movies]: what every linear retrieval model is fitted on.
 *
 * Rows are users; a row's entries stand in order of first arrival, each with the current stars. Only examples are
 * in it: what is held out is not. The sums after the last rating come from the same pass.
 */
import { breathe } from "./breathe.ts";
import type { Dataset } from "./dataset.ts";
import { FeatureState } from "./feature_state.ts";
import { grown } from "./id_index.ts";

/** Entries of row `u` (user or movie): `starts[u]` … `starts[u + 1] - 1`. */
export interface SparseRows {
  readonly nRows: number;
  readonly nColumns: number;
  readonly starts: Int32Array; // [nRows + 1]
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

export interface Interactions extends SparseRows {
  /** Of the same entries: seconds since 1970 of the first rating. */
  readonly times: Float64Array;
}

const ROWS_PER_BREATH = 65_536;

/** The examples of `dataset`, `values` being stars; and the sums after its last rating. */
export async function readInteractions(
  dataset: Dataset,
  signal: AbortSignal,
): Promise<{ interactions: Interactions; end: FeatureState }> {
  const end = dataset.start?.().state ?? new FeatureState(dataset.catalogue);
  const rows = growingRows();
  for await (const ratings of dataset.ratings()) {
    const { users, movies, ratings: stars, replaces, ratedAt } = ratings;
    for (let row = 0; row < ratings.length; row++) {
      if (ratings.isStale[row]) continue;
      end.observe(users[row], movies[row], stars[row], replaces[row]);
      if (!ratings.isHeldOut[row] && (dataset.isExample?.(ratings, row) ?? true)) {
        rows.add(users[row], movies[row], stars[row], ratedAt[row]);
      }
      if (row % ROWS_PER_BREATH === ROWS_PER_BREATH - 1) await breathe(signal);
    }
    await breathe(signal);
  }
  return { interactions: rows.pack(dataset.catalogue.movies.size), end };
}

/** Columns that grow; `pack()` sorts them by user, and keeps of each (user, movie) the first place and the last stars. */
function growingRows() {
  let [users, movies] = [new Int32Array(1024), new Int32Array(1024)];
  let [stars, times] = [new Float32Array(1024), new Float64Array(1024)];
  let [n, nUsers] = [0, 0];
  return {
    add(user: number, movie: number, rating: number, ratedAt: number) {
      if (n === users.length) {
        users = grown(users, n + 1, Int32Array);
        movies = grown(movies, n + 1, Int32Array);
        stars = grown(stars, n + 1, Float32Array);
        times = grown(times, n + 1, Float64Array);
      }
      users[n] = user;
      movies[n] = movie;
      stars[n] = rating;
      times[n++] = ratedAt;
      nUsers = Math.max(nUsers, user + 1);
    },
    pack(nMovies: number): Interactions {
      const order = orderByRow(users.subarray(0, n), nUsers);
      const starts = new Int32Array(nUsers + 1);
      const columns = new Int32Array(n);
      const values = new Float32Array(n);
      const firstTimes = new Float64Array(n);
      const placeOf = new Int32Array(nMovies).fill(-1); // of a movie in the row at hand
      let size = 0;
      for (let i = 0, user = 0; user < nUsers; user++) {
        const start = size;
        for (; i < n && users[order[i]] === user; i++) {
          const movie = movies[order[i]];
          if (placeOf[movie] >= start) values[placeOf[movie]] = stars[order[i]];
          else {
            placeOf[movie] = size;
            columns[size] = movie;
            values[size] = stars[order[i]];
            firstTimes[size++] = times[order[i]];
          }
        }
        starts[user + 1] = size;
      }
      return {
        nRows: nUsers,
        nColumns: nMovies,
        starts,
        columns: columns.slice(0, size),
        values: values.slice(0, size),
        times: firstTimes.slice(0, size),
      };
    },
  };
}

/** Places of `rows`' entries, ascending by row, else in their order (a counting sort). */
function orderByRow(rows: Int32Array, nRows: number): Int32Array {
  const next = new Int32Array(nRows + 1);
  for (const row of rows) next[row + 1]++;
  for (let row = 0; row < nRows; row++) next[row + 1] += next[row];
  const order = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) order[next[rows[i]]++] = i;
  return order;
}

/** Xᵀ: a row's entries ascend by column. */
export function transpose({ nRows, nColumns, starts, columns, values }: SparseRows): SparseRows {
  const next = new Int32Array(nColumns + 1);
  for (const column of columns) next[column + 1]++;
  for (let c = 0; c < nColumns; c++) next[c + 1] += next[c];
  const turned = { starts: next.slice(), columns: new Int32Array(columns.length), values: values.slice() };
  for (let row = 0; row < nRows; row++) {
    for (let k = starts[row]; k < starts[row + 1]; k++) {
      const place = next[columns[k]]++;
      turned.columns[place] = row;
      turned.values[place] = values[k];
    }
  }
  return { nRows: nColumns, nColumns: nRows, ...turned };
}

/** How many entries each column has. */
export function countColumns({ nColumns, columns }: SparseRows): Int32Array {
  const counts = new Int32Array(nColumns);
  for (const column of columns) counts[column]++;
  return counts;
}

/** The columns that have an entry, and `rows` without the others: its columns count along them. */
export function activeColumns(rows: SparseRows): { columns: Int32Array; rows: SparseRows } {
  const counts = countColumns(rows);
  const columns = Int32Array.from([...counts.keys()].filter((column) => counts[column] > 0));
  const placeOf = new Int32Array(rows.nColumns);
  columns.forEach((column, place) => placeOf[column] = place);
  const { nRows, starts, values } = rows;
  return {
    columns,
    rows: {
      nRows,
      nColumns: columns.length,
      starts,
      columns: rows.columns.map((column) => placeOf[column]),
      values,
    },
  };
}
