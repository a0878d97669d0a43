import assert from "@std/assert";
import { encodeNpy } from "../../../models/export/npy.ts";

Deno.test("encodeNpy() writes what numpy.save() writes", () => {
  // numpy 2: np.save(f, np.array([[1, 2, 3], [4, 5, 6]], "<f4"))
  const bytes = encodeNpy(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  assert.equal(bytes.length, 128 + 24);
  assert.deepEqual([...bytes.subarray(0, 10)], [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  assert.equal(new TextDecoder().decode(bytes.subarray(10, 128)), `${header.padEnd(117)}\n`);
  assert.deepEqual(new Float32Array(bytes.slice(128).buffer), Float32Array.of(1, 2, 3, 4, 5, 6));
});

Deno.test("encodeNpy() writes ids as integers of one dimension", () => {
  const bytes = encodeNpy(Int32Array.of(7, -1), [2]);
  assert.match(new TextDecoder().decode(bytes.subarray(10)), /^\{'descr': '<i4', .* 'shape': \(2,\), \} +\n/);
});

Deno.test("encodeNpy() refuses a shape that does not fit", () => {
  assert.throws(() => encodeNpy(new Float32Array(5), [2, 3]), /shape 2 × 3 as it needs 6 values: found 5/);
});
