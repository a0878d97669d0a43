/** NumPy's array file, version 1.0 (numpy.lib.format): a header in Python's syntax, then the values, row by row. */

const KINDS = new Map<unknown, string>([[Float32Array, "<f4"], [Int32Array, "<i4"]]);
const ALIGNMENT = 64;

/** The bytes of an `.npy` file of `values` with `shape`. @throws {RangeError} when they do not fit. */
export function encodeNpy(values: Float32Array | Int32Array, shape: readonly number[]): Uint8Array {
  const wanted = shape.reduce((product, n) => product * n, 1);
  if (values.length !== wanted) {
    throw new RangeError(
      `Cannot write an array of shape ${
        shape.join(" × ")
      } as it needs ${wanted} values: found ${values.length}`,
    );
  }
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${KINDS.get(values.constructor)}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + values.byteLength).fill(0x20, 0, start);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, start - 10, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[start - 1] = 0x0a;
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), start);
  return bytes;
}
