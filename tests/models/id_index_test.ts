import assert from "@std/assert";
import fc from "fast-check";
import { grown, IdIndex } from "../../models/id_index.ts";

Deno.test("IdIndex gives positions in order of first sight, and finds them again", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (ids) => {
    const index = IdIndex.from(ids);
    assert.deepEqual([...index.ids], [...new Set(ids)]);
    for (const id of ids) assert.equal(index.ids[index.get(id)!], id);
    assert.equal(index.get(99), undefined);
  }));
});

Deno.test("IdIndex takes any id of 32 bits, near the end of its array as well", () => {
  const edge = 1 << 22;
  const ids = [edge - 1, edge, edge + 1, 2 * edge - 1, -1, 0, -(2 ** 31), 2 ** 31 - 1, 1];
  const index = new IdIndex();
  for (const [place, id] of ids.entries()) {
    assert.equal(index.get(id), undefined);
    assert.equal(index.add(id), place);
  }
  assert.deepEqual(ids.map((id) => index.add(id)), [...ids.keys()]);
  assert.deepEqual(ids.map((id) => index.get(id)), [...ids.keys()]);
  assert.deepEqual([edge - 2, edge + 2, -2, 2].map((id) => index.get(id)), Array(4).fill(undefined));
});

Deno.test("IdIndex grows past its first room", () => {
  const index = new IdIndex();
  for (let id = 0; id < 5000; id++) assert.equal(index.add(7 * id), id);
  assert.equal(index.ids[4999], 34_993);
});

Deno.test("grown() keeps what was there and doubles at least", () => {
  assert.deepEqual([...grown(Int32Array.of(1, 2), 3, Int32Array)], [1, 2, 0, 0]);
});
