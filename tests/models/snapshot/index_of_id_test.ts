import assert from "@std/assert";
import { indexOfId } from "../../../models/snapshot/index_of_id.ts";

Deno.test("indexOfId() finds each id, and none that is not there", () => {
  for (let length = 0; length < 9; length++) {
    const ids = Int32Array.from({ length }, (_, i) => 10 * i);
    for (let i = 0; i < length; i++) assert.equal(indexOfId(ids, 10 * i), i);
    for (const absent of [-5, 5, 10 * length, 10 * length + 5]) assert.equal(indexOfId(ids, absent), -1);
  }
});
