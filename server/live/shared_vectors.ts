/** Movies' vectors in shared memory, made ready for the scan by one thread, and scanned by all of them. */
import { createPlainScan } from "../../models/kernels/plain_scan.ts";
import { openScan, type Scan } from "../../models/kernels/scan.ts";
import { placingIndex, type ScanIndex } from "../../models/kernels/scan_index.ts";
import { createSharedMemory } from "../../models/kernels/shared_memory.ts";
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
}

/** Vectors as one thread uses them. */
export interface MovieVectors {
  readonly dimension: number;
  readonly values: Float32Array; // [movies × dimension]
  readonly scan: Scan;
}

/** Bytes at the beginning of a memory where nothing stands. */
const HEAD = 65_536;

/** A memory whose `bytes` from `at` on are its creator's; it can grow by what scans need. */
export function createRoom(bytes: number): { memory: WebAssembly.Memory; at: number } {
  return { memory: createSharedMemory(HEAD + bytes, { most: 2 ** 32 }), at: HEAD };
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
  const index = yield* placingIndex(module, memory, { vectors: at, n, d: dimension });
  return { dimension, values, compiled: { memory, module, index } };
}

/** Takes part in the scanning: each thread has a scratch of its own. @throws {RangeError} without room for it. */
export function openVectors({ dimension, values, compiled }: SharedVectors): MovieVectors {
  const scan = compiled ? openScan(compiled.module, compiled) : createPlainScan(values, dimension);
  return { dimension, values, scan };
}
