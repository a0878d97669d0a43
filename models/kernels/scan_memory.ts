/** Room for what a scan needs, in one shared memory that has exactly its size: vectors, index, a scratch a thread. */
import { PAGE } from "./_sources.ts";
import { inOneGo, type Steps } from "../steps.ts";
import { scratchBytes } from "./scan.ts";
import { indexBytes, type ScanIndex, writingIndex } from "./scan_index.ts";

export interface ScanRoom {
  memory: WebAssembly.Memory;
  index: ScanIndex;
  /** Addresses, one a thread. */
  scratches: number[];
}

const LINE = 64;
const lined = (bytes: number) => Math.ceil(bytes / LINE) * LINE;

/** Bytes that index and scratches of n × d vectors take. */
export function scanBytes(n: number, { d, threads }: { d: number; threads: number }): number {
  return lined(indexBytes(n, d)) + threads * lined(scratchBytes(n, d));
}

/** A memory of `bytes`, which may grow to `most` (absent: never does). Its first 64 KiB are no place for anything. */
export function createSharedMemory(
  bytes: number,
  { most = bytes }: { most?: number } = {},
): WebAssembly.Memory {
  const pages = (size: number) => Math.ceil(size / PAGE);
  return new WebAssembly.Memory({ initial: pages(bytes), maximum: pages(most), shared: true });
}

/** Writes the index of vectors [n × d] at `vectors` behind them, to `at`, in steps, and says where scratches are. */
export function* placingScan(
  { module, memory }: { module: WebAssembly.Module; memory: WebAssembly.Memory },
  { at, threads, ...matrix }: ScanIndex & { threads: number },
): Steps<ScanRoom> {
  const index = { at, ...matrix };
  yield* writingIndex(module, memory, index);
  const first = at + lined(indexBytes(index.n, index.d));
  const each = lined(scratchBytes(index.n, index.d));
  return { memory, index, scratches: Array.from({ length: threads }, (_, i) => first + i * each) };
}

/** A memory of its own for a copy of `vectors`. */
export function createScanMemory(
  vectors: Float32Array,
  { module, dimension: d, threads }: { module: WebAssembly.Module; dimension: number; threads: number },
): ScanRoom {
  const n = vectors.length / d;
  if (!Number.isInteger(n)) {
    throw new RangeError(`Cannot scan ${vectors.length} numbers as they should be rows of ${d}`);
  }
  const at = PAGE + lined(vectors.byteLength);
  const memory = createSharedMemory(at + scanBytes(n, { d, threads }));
  new Float32Array(memory.buffer, PAGE, vectors.length).set(vectors);
  return inOneGo(placingScan({ module, memory }, { at, vectors: PAGE, n, d, threads }));
}
