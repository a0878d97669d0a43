/** What is trained, in one block of wasm memory beside its Adam moments, shared by the programs of a network. */
import type { Kernels } from "./kernels.ts";

/** Parameters begin at multiples of this many numbers. */
const ALIGNMENT = 16;

export interface Parameters extends Disposable {
  /** Byte offset in the block of parameter `name`; the first program that asks for it gives its values. */
  place(name: string, initial: Float32Array): number;
  /** Address of `length` numbers that are kept outside of the block, as moving averages and tables are. */
  keep(name: string, initial: () => Float32Array, length: number): number;
  /** The numbers now: a view, good until disposed. @throws {ReferenceError} when there is no such name. */
  view(name: string): Float32Array;
  /** Numbers in the block, with what alignment leaves free. */
  readonly size: number;
  /** Fixes the block, on the first call: parameters, first and second moments; all addresses. */
  block(): { weights: number; means: number; squares: number };
  /** Steps of the optimizer so far. */
  steps: number;
}

export function createParameters(kernels: Kernels): Parameters {
  const places = new Map<string, { at: number; initial: Float32Array }>();
  const kept = new Map<string, Float32Array>();
  let size = 0;
  let blocks: Float32Array[] | null = null;
  return {
    steps: 0,
    get size() {
      return size;
    },
    place(name, initial) {
      const known = places.get(name);
      if (known) {
        checkLength(name, known.initial, initial);
        return 4 * known.at;
      }
      if (blocks) throw new RangeError(`Cannot add parameter "${name}": an earlier program did not have it`);
      const at = size;
      places.set(name, { at, initial });
      size += Math.ceil(initial.length / ALIGNMENT) * ALIGNMENT;
      return 4 * at;
    },
    keep(name, initial, length) {
      const known = kept.get(name);
      if (known) {
        checkLength(name, known, { length });
        return known.byteOffset;
      }
      const view = kernels.floats(length);
      view.set(initial());
      kept.set(name, view);
      return view.byteOffset;
    },
    view(name) {
      const place = places.get(name);
      if (place && blocks) return blocks[0].subarray(place.at, place.at + place.initial.length);
      return place?.initial ?? kept.get(name) ?? missing(name, [...places.keys(), ...kept.keys()]);
    },
    block() {
      if (!blocks) {
        blocks = [0, 1, 2].map(() => kernels.floats(size));
        for (const { at, initial } of places.values()) blocks[0].set(initial, at);
      }
      const [weights, means, squares] = blocks.map((view) => view.byteOffset);
      return { weights, means, squares };
    },
    [Symbol.dispose]() {
      for (const view of [...blocks ?? [], ...kept.values()]) kernels.free(view);
      kept.clear();
      blocks = null;
    },
  };
}

function checkLength(name: string, known: ArrayLike<number>, asked: { length: number }): void {
  if (known.length === asked.length) return;
  throw new RangeError(
    `Cannot share parameter "${name}" of ${known.length} numbers with one of ${asked.length}`,
  );
}

function missing(name: string, known: readonly string[]): never {
  throw new ReferenceError(`Cannot read parameter "${name}": found ${known.join(", ") || "none"}`);
}
