import assert from "@std/assert";
import fc from "fast-check";
import { keyColumns, openKeys } from "../../../models/snapshot/key_table.ts";

Deno.test("openKeys() finds each text at its index, and no other", () => {
  const property = fc.property(
    fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => text.isWellFormed())),
    fc.string(),
    (keys, other) => {
      const table = openKeys(keyColumns(keys));
      keys.forEach((key, index) => {
        assert.equal(table.key(index), key);
        assert.equal(table.find(key), index);
      });
      if (other.isWellFormed()) assert.equal(table.find(other), keys.indexOf(other));
    },
  );
  fc.assert(property, { numRuns: 200, seed: 1 });
});

Deno.test("openKeys() never finds who has no text", () => {
  const table = openKeys(keyColumns(["", "b", "", "a"]));
  assert.deepEqual(["", "a", "b", "c"].map((key) => table.find(key)), [-1, 3, 1, -1]);
});
