/** Room in a wasm memory: first fit over what was given back, growth at the end, 64-byte lines. */
import { MAXIMUM_PAGES, PAGE } from "./_sources.ts";

/** A cache line, so that two workers never write to one. */
const LINE = 64;

export interface Room {
  /** Address of `bytes` bytes, all zero. @throws {RangeError} when the stated maximum does not hold them. */
  take(bytes: number): number;
  /** Gives back what `take()` returned. */
  give(address: number): void;
}

export function createRoom(memory: WebAssembly.Memory, from: number): Room {
  const taken = new Map<number, number>();
  let free: { at: number; size: number }[] = [];
  let end = from;
  const grow = (size: number) => {
    // A line is left at the end: products may read a few numbers past what they were given.
    const pages = Math.ceil((end + size + LINE - memory.buffer.byteLength) / PAGE);
    const held = memory.buffer.byteLength / PAGE;
    if (held + Math.max(pages, 0) > MAXIMUM_PAGES) {
      throw new RangeError(
        `Cannot take ${mib(size)} MiB for the kernels as they may hold ${mib(MAXIMUM_PAGES * PAGE)} MiB: ` +
          `${mib(end)} MiB are taken. Choose a smaller batch or a smaller model.`,
      );
    }
    if (pages > 0) memory.grow(pages);
    end += size;
    return end - size;
  };
  return {
    take(bytes) {
      const size = Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
      const hole = free.find((hole) => hole.size >= size);
      const at = hole?.at ?? grow(size);
      if (hole) {
        hole.at += size;
        hole.size -= size;
        new Uint8Array(memory.buffer, at, size).fill(0);
      }
      taken.set(at, size);
      return at;
    },
    give(address) {
      const size = taken.get(address);
      if (size === undefined) throw new RangeError(`Cannot give back address ${address}: it was not taken`);
      taken.delete(address);
      free = joined([...free.filter((hole) => hole.size > 0), { at: address, size }]);
    },
  };
}

/** Neighbouring holes become one. */
function joined(holes: { at: number; size: number }[]) {
  const result: typeof holes = [];
  for (const hole of holes.sort((a, b) => a.at - b.at)) {
    const last = result.at(-1);
    if (last && last.at + last.size === hole.at) last.size += hole.size;
    else result.push(hole);
  }
  return result;
}

function mib(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
