/**
 * Threads that run programs together over one shared memory; with one, no worker is started.
 *
 * The calling thread works as well. Workers join when they are up, so starting them delays nobody; results do not
 * depend on how many there are (see `assembly/program.ts`).
 */
import type { Kernels } from "./kernels.ts";

/** Phases that a program may have. */
export const MOST_PHASES = 64;

export interface Pool extends Disposable {
  readonly kernels: Kernels;
  /** Threads, the caller's own among them. */
  readonly workers: number;
  /** Runs the first `phases` phases of the program with its header at `header` over `rows` rows, to the end. */
  run(header: number, rows: number, phases: number): void;
}

/** What a worker is told. */
export interface Post {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  pool: number;
  worker: number;
}

/** A pool of `workers` threads over the memory of `kernels`; disposing ends them, and lets the memory go. */
export function openPool(kernels: Kernels, workers: number): Pool {
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new RangeError(`Cannot compute with ${workers} workers: a whole number from 1 on is needed`);
  }
  const words = kernels.integers(kernels.kernel("poolBytes")(MOST_PHASES) / 4);
  const [runProgram, dismiss] = [kernels.kernel("runProgram"), kernels.kernel("dismiss")];
  let started: Worker[] | null = null;
  return {
    kernels,
    workers,
    run(header, rows, phases) {
      started ??= start(kernels, words.byteOffset, workers - 1);
      runProgram(words.byteOffset, header, rows, phases);
    },
    [Symbol.dispose]() {
      dismiss(words.byteOffset);
      for (const worker of started ?? []) worker.terminate();
      started = [];
    },
  };
}

function start({ module, memory }: Kernels, pool: number, n: number): Worker[] {
  return Array.from({ length: n }, (_, i) => {
    const worker = new Worker(new URL("./_worker.ts", import.meta.url), { type: "module" });
    const post: Post = { module, memory, pool, worker: i + 1 };
    worker.postMessage(post);
    return worker;
  });
}
