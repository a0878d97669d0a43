/** Tensors and the room that they lie in: rows of a shard, or of the whole batch where the host or an update reads them. */
import type { Regions } from "./_regions.ts";
import type { Spot, Tape, Tensor } from "./tape.ts";

export function tensorsIn(
  regions: Regions,
  isTraining: boolean,
): Pick<Tape, "input" | "wide" | "output" | "tensor" | "part"> {
  const input = (name: string, width: number) => plain(regions.batch(name, width), width);
  return {
    input,
    wide(name, width, learns) {
      const tensor = input(name, width);
      return isTraining ? { ...tensor, learns, gradient: regions.batch(`${name}.gradient`, width) } : tensor;
    },
    output(name, width) {
      const tensor = input(name, width);
      return isTraining ? { ...tensor, gradient: regions.activation(width) } : tensor;
    },
    tensor(width, { isCut = false, isSpent = false, hasGradient = true, ...options } = {}) {
      const stride = padded(width);
      const isLearnt = isTraining && hasGradient;
      const gradient = isLearnt ? options.gradient ?? regions.activation(stride) : null;
      return { ...plain(regions.activation(stride), width), stride, gradient, isCut, isSpent };
    },
    part(tensor, from, width) {
      if (from % 4 !== 0) {
        throw new RangeError(`Cannot part a tensor at column ${from}: a multiple of 4 is needed`);
      }
      const gradient = tensor.gradient && moved(tensor.gradient, from);
      return { ...tensor, width, learns: width, spot: moved(tensor.spot, from), gradient, back: unwritten() };
    },
  };
}

/** Rows at `spot`, one behind the other, which nothing before them learns from. */
function plain(spot: Spot, width: number): Tensor {
  return {
    spot,
    width,
    stride: width,
    gradient: null,
    learns: width,
    isCut: false,
    isSpent: false,
    back: unwritten(),
  };
}

/** Rows begin at 16 bytes; not 256 bytes apart or a multiple, where they would share few lines of the cache. */
function padded(width: number): number {
  return width === 1 ? 1 : 4 * Math.ceil(width / 4) + (width % 64 === 0 ? 16 : 0);
}

function unwritten(): Tensor["back"] {
  return { isWritten: false, isMasked: false };
}

function moved(spot: Spot, numbers: number): Spot {
  return { ...spot, at: spot.at + 4 * numbers };
}
