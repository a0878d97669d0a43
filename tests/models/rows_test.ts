import assert from "@std/assert";
import { rowCopier } from "../../models/rows.ts";

Deno.test("rowCopier() copies the bits of one row, and touches no other", () => {
  const from = Float32Array.of(1, 2, NaN, -0, 5, 6);
  const to = new Float32Array(8).fill(7).subarray(2);
  rowCopier(from, to, 2)(1, 2);
  assert.deepEqual([...to], [7, 7, 7, 7, NaN, -0]);
  assert.deepEqual([...new Float32Array(to.buffer, 0, 2)], [7, 7]);
});
