/** Rows of matrices, copied one by one: what makes mini-batches of examples that lie all over a window. */

/**
 * A copier of rows of `width` numbers: row i of `from` becomes row j of `to`.
 *
 * Bits are copied as integers, in a loop: for rows of some dozen numbers, two `subarray()` and a `set()` take four
 * times as long, and so does the way through doubles.
 */
export function rowCopier(
  from: Float32Array,
  to: Float32Array,
  width: number,
): (i: number, j: number) => void {
  const [source, target] = [bitsOf(from), bitsOf(to)];
  return (i, j) => {
    for (let a = i * width, b = j * width, end = a + width; a < end; a++, b++) target[b] = source[a];
  };
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}
