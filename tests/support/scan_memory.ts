/** Vectors in a shared memory that has room for them, their index, and no more threads than are said. */
import { PAGE } from "../../models/kernels/_sources.ts";
import { type ScanPlace, scratchBytes } from "../../models/kernels/scan.ts";
import { indexBytes, placingIndex } from "../../models/kernels/scan_index.ts";
import { createSharedMemory } from "../../models/kernels/shared_memory.ts";
import { inOneGo } from "../../models/steps.ts";

/** A memory of its own for a copy of `vectors`. */
export function createScanMemory(
  vectors: Float32Array,
  { module, dimension: d, threads }: { module: WebAssembly.Module; dimension: number; threads: number },
): ScanPlace {
  const n = vectors.length / d;
  const paged = (bytes: number) => PAGE * Math.ceil(bytes / PAGE);
  const held = PAGE + paged(vectors.byteLength);
  const most = held + paged(indexBytes(n, d)) + threads * paged(scratchBytes(n, d));
  const memory = createSharedMemory(held, { most });
  new Float32Array(memory.buffer, PAGE, vectors.length).set(vectors);
  return { memory, index: inOneGo(placingIndex(module, memory, { vectors: PAGE, n, d })) };
}
