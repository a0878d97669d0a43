import assert from "@std/assert";
import { KeyIndex } from "../../../tasks/import/key_index.ts";

Deno.test("KeyIndex knows each text by its place, however many there are", () => {
  const keys = new KeyIndex();
  const text = (i: number) => i % 3 === 0 ? `käse-${i}` : `${i}@example.org`;
  for (let i = 0; i < 20_000; i++) assert.equal(keys.add(text(i)), i);
  for (let i = 0; i < 20_000; i += 7) {
    assert.equal(keys.add(text(i)), i);
    assert.equal(keys.find(text(i)), i);
    assert.equal(keys.key(i), text(i));
  }
  assert.equal(keys.size, 20_000);
  assert.equal(keys.find("nobody"), -1);
  assert.equal(keys.size, 20_000, "a look must not add");
});

Deno.test("KeyIndex tells texts apart that differ in one byte, in length or in case", () => {
  const keys = new KeyIndex();
  const texts = ["a", "A", "aa", "b", "ab", "ba", "é", "e\u0301", "", "0", "00"];
  assert.deepEqual(texts.map((text) => keys.add(text)), texts.map((_, i) => i));
  assert.deepEqual(texts.map((_, i) => keys.key(i)), texts);
});
