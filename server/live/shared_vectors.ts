/**
 * Movies' vectors in shared memory, made ready for the scan by one thread, and scanned by all of them.
 *
 * A memory has room for `MOST_THREADS` scratches, which cost nothing before they are used; whoever opens the vectors
 * takes the next one. So no two threads ever share one, whoever they are.
 */
import { createPlainScan } from "../../models/kernels/plain_scan.ts";
import { openScan, type Scan } from "../../models/kernels/scan.ts";
import type { ScanIndex } from "../../models/kernels/scan_index.ts";
import { createSharedMemory, placingScan, scanBytes } from "../../models/kernels/scan_memory.ts";
import type { Steps } from "../../models/steps.ts";

/** Vectors as one thread posts them to another. */
export interface SharedVectors {
  readonly dimension: number;
  readonly values: Float32Array; // [movies × dimension]
  /** Of the memory that `values` stand in; null: they are scanned in TypeScript. */
  readonly compiled: Compiled | null;
}

interface Compiled {
  memory: WebAssembly.Memory;
  module: WebAssembly.Module;
  index: ScanIndex;
  scratches: number[];
}

/** Vectors as one thread uses them. */
export interface MovieVectors {
  readonly dimension: number;
  readonly values: Float32Array; // [movies × dimension]
  readonly scan: Scan;
}

/** Threads that may ever open one memory, those that died and were replaced included. */
const MOST_THREADS = 64;
const PAGE = 65_536;
/** Where a memory counts them. Its first page holds nothing else. */
const COUNTER = 0;

/** A memory whose `bytes` from `at` on are its creator's; it can grow by what a scan needs. */
export function createRoom(bytes: number): { memory: WebAssembly.Memory; at: number } {
  return { memory: createSharedMemory(PAGE + bytes, { most: 2 ** 32 }), at: PAGE };
}

/** Makes the vectors that stand in `memory` at `at` ready, in steps. @throws {RangeError} when one is not finite. */
export function* sharingVectors(
  memory: WebAssembly.Memory,
  { at, n, dimension, module }: {
    at: number;
    n: number;
    dimension: number;
    module: WebAssembly.Module | null;
  },
): Steps<SharedVectors> {
  const values = new Float32Array(memory.buffer, at, n * dimension);
  if (module === null) return { dimension, values, compiled: null };
  const held = memory.buffer.byteLength;
  const room = { d: dimension, threads: MOST_THREADS };
  memory.grow(Math.ceil(scanBytes(n, room) / PAGE));
  const { index, scratches } = yield* placingScan({ module, memory }, { at: held, vectors: at, n, ...room });
  return { dimension, values, compiled: { memory, module, index, scratches } };
}

/** Takes part in the scanning. @throws {RangeError} when too many threads have. */
export function openVectors({ dimension, values, compiled }: SharedVectors): MovieVectors {
  if (compiled === null) return { dimension, values, scan: createPlainScan(values, dimension) };
  const { memory, module, index, scratches } = compiled;
  const taken = Atomics.add(new Int32Array(memory.buffer, COUNTER, 1), 0, 1);
  if (taken >= scratches.length) {
    throw new RangeError(`Cannot scan in another thread as ${scratches.length} have taken part already`);
  }
  return { dimension, values, scan: openScan(module, { memory, index, scratch: scratches[taken] }) };
}
