/** One half of an epoch: every row's vector against the other side, in chunks that are copied into wasm memory. */
import type { AlsConfig } from "./als.ts";
import { penaltyOf } from "./als.ts";
import { breathe } from "../breathe.ts";
import type { SparseRows } from "../interactions.ts";
import type { Kernels } from "../kernels/kernels.ts";

/** Entries of a chunk, unless one row has more: 3 MB of wasm memory, some 20 ms of work. */
const ENTRIES_PER_CHUNK = 262_144;

export interface HalfOptions {
  kernels: Kernels;
  config: AlsConfig;
  signal: AbortSignal;
  /** Length of a vector in wasm memory: a multiple of 8. */
  d: number;
  /** Values are confidences (implicit) or targets (explicit). */
  rows: SparseRows;
  /** Vectors of the rows, and of the columns. */
  out: Float32Array;
  fixed: Float32Array;
}

export interface Half {
  solve(): Promise<void>;
  /** α₀ HᵀH of the columns' vectors as of the last solve. */
  gram(): Float32Array;
  free(): void;
}

export function createHalf({ kernels, config, signal, d, rows, out, fixed }: HalfOptions): Half {
  const chunks = chunksOf(rows);
  const isImplicit = config.variant === "implicit";
  const nEntries = Math.max(...chunks.map(({ from, to }) => rows.starts[to] - rows.starts[from]), 1);
  const nRows = Math.max(...chunks.map(({ from, to }) => to - from), 1);
  const [starts, columns] = [kernels.integers(nRows + 1), kernels.integers(nEntries)];
  const [values, ones, penalties] = [nEntries, nEntries, nRows].map(kernels.floats);
  const gram = kernels.floats(d * d);
  const room = kernels.floats(kernels.kernel("solveRoom")(d) / 4);
  ones.fill(1);
  const [confidences, targets] = isImplicit ? [values, ones] : [ones, values];
  const [gramMatrix, solveRows] = [kernels.kernel("gramMatrix"), kernels.kernel("solveRows")];
  const steps = config.solver === "cholesky" ? 0 : config.steps;
  const nOthers = rows.nColumns;

  function solveChunk({ from, to }: Chunk): void {
    const first = rows.starts[from];
    for (let row = from; row <= to; row++) starts[row - from] = rows.starts[row] - first;
    for (let row = from; row < to; row++) {
      penalties[row - from] = penaltyOf(config, rows.starts[row + 1] - rows.starts[row], nOthers);
    }
    columns.set(rows.columns.subarray(first, rows.starts[to]));
    values.set(rows.values.subarray(first, rows.starts[to]));
    const inputs = [starts, columns, confidences, targets, fixed, gram, penalties];
    const at = out.byteOffset + 4 * from * d;
    const failed = solveRows(
      at,
      to - from,
      d,
      ...inputs.map((view) => view.byteOffset),
      steps,
      room.byteOffset,
    );
    if (failed > 0) {
      throw new RangeError(
        `Cannot train "als" as ${failed} systems are singular in float32: found regularisation ` +
          `${config.regularisation}. Next: set a larger one`,
      );
    }
  }

  return {
    async solve() {
      if (isImplicit) gramMatrix(gram.byteOffset, fixed.byteOffset, nOthers, d, config.unobserved_weight);
      for (const chunk of chunks) {
        await breathe(signal);
        solveChunk(chunk);
      }
    },
    gram: () => gram.slice(),
    free() {
      for (const view of [starts, columns, values, ones, penalties, gram, room]) kernels.free(view);
    },
  };
}

interface Chunk {
  from: number;
  to: number;
}

function chunksOf({ nRows, starts }: SparseRows): Chunk[] {
  const chunks: Chunk[] = [];
  for (let from = 0, to = 0; from < nRows; from = to) {
    to = from + 1;
    while (to < nRows && starts[to + 1] - starts[from] <= ENTRIES_PER_CHUNK) to++;
    chunks.push({ from, to });
  }
  return chunks;
}
