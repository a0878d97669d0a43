/** Memory that threads share, and that any of them may take more of. */
import { PAGE } from "./_sources.ts";

/** A memory of `bytes`, which may grow to `most`. Its first 64 KiB are no place for anything. */
export function createSharedMemory(bytes: number, { most }: { most: number }): WebAssembly.Memory {
  const pages = (size: number) => Math.ceil(size / PAGE);
  return new WebAssembly.Memory({ initial: pages(bytes), maximum: pages(most), shared: true });
}

/** Lets `memory` grow by `bytes`: the address of as many zeros. @throws {RangeError} when it would be too large. */
export function placeIn(memory: WebAssembly.Memory, bytes: number): number {
  return PAGE * memory.grow(Math.ceil(bytes / PAGE));
}
