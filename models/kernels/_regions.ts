/** How much room each region of a program takes: what is known of sizes is counted, what is of the batch is taken. */
import type { Kernels } from "./kernels.ts";
import { ROWS_PER_SHARD, type Spot } from "./tape.ts";

export interface Regions {
  readonly nShards: number;
  /** Bytes a copy. */
  readonly room: { activations: number; scratch: number };
  /** Rows that the host fills or reads, by name. */
  readonly rows: Map<string, Float32Array>;
  readonly losses: Float64Array[];
  /** Everything that was taken of the memory. */
  readonly taken: ArrayBufferView[];
  /** `numbers` for each row of a shard. */
  activation(numbers: number): Spot;
  /** Bytes that any instruction may overwrite. */
  scratch(bytes: number): Spot;
  /** Bytes for the whole batch. */
  fixed(bytes: number): Spot;
  /** `width` numbers for each row of the batch, called `name`. */
  batch(name: string, width: number): Spot;
  /** A float64 for each shard. */
  loss(): Spot;
}

/** Regions of a program over at most `capacity` rows. */
export function createRegions(kernels: Kernels, capacity: number): Regions {
  const nShards = Math.ceil(capacity / ROWS_PER_SHARD);
  const room = { activations: 0, scratch: 0 };
  const rows = new Map<string, Float32Array>();
  const losses: Float64Array[] = [];
  const taken: ArrayBufferView[] = [];
  const hold = <View extends ArrayBufferView>(view: View) => {
    taken.push(view);
    return view;
  };
  return {
    nShards,
    room,
    rows,
    losses,
    taken,
    activation(numbers) {
      const at = room.activations;
      room.activations += 4 * numbers * ROWS_PER_SHARD;
      return { region: "activations", at };
    },
    scratch(bytes) {
      room.scratch = Math.max(room.scratch, bytes);
      return { region: "scratch", at: 0 };
    },
    fixed: (bytes) => ({ region: "fixed", at: hold(kernels.doubles(Math.ceil(bytes / 8))).byteOffset }),
    batch(name, width) {
      if (rows.has(name)) throw new RangeError(`Cannot have two rows named "${name}"`);
      const view = hold(kernels.floats(capacity * width));
      rows.set(name, view);
      return { region: "rows", at: view.byteOffset };
    },
    loss() {
      const sums = hold(kernels.doubles(nShards));
      losses.push(sums);
      return { region: "fixed", at: sums.byteOffset };
    },
  };
}
