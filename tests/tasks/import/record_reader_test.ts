import assert from "@std/assert";
import fc from "fast-check";
import { csvRecords } from "../../../tasks/import/csv.ts";
import { RecordReader } from "../../../tasks/import/record_reader.ts";
import { latin1 } from "./_data_folder.ts";

type Found = [fields: string[] | null, line: number, text: string];

function read(bytes: Uint8Array, { size = bytes.length, delimiter = "," } = {}): Found[] {
  const found: Found[] = [];
  const reader = new RecordReader(delimiter, (...record) => void found.push(record));
  for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
  reader.finish();
  return found;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("RecordReader reads the same records however the bytes are cut", () => {
  const piece = fc.constantFrom("a", "é", ",", '"', '""', '"x\ny"', "\n", "\r\n", " ", "12", ';"');
  const property = fc.property(
    fc.array(piece, { maxLength: 30 }),
    fc.integer({ min: 1, max: 7 }),
    (pieces, size) => {
      const bytes = bytesOf(pieces.join(""));
      assert.deepEqual(read(bytes, { size }), read(bytes));
    },
  );
  fc.assert(property, { numRuns: 500, seed: 1 });
});

Deno.test("RecordReader reads what csvRecords() reads", () => {
  const piece = fc.constantFrom("a", "b c", ",", '"q,""\n"', "\n", "\r\n", "12");
  const property = fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
    const text = pieces.join("");
    const wanted = Array.from(csvRecords(text), ({ line, fields }) => [fields, line]);
    assert.deepEqual(read(bytesOf(text)).map(([fields, line]) => [fields, line]), wanted);
  });
  fc.assert(property, { numRuns: 500, seed: 1 });
});

Deno.test("RecordReader lets a quote that never closes cost its own line only", () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => `row${i},x`);
  const text = ["a,b", '"open,b', ...lines, ""].join("\n");
  const found = read(bytesOf(text), { size: 1 << 16 });
  assert.equal(found.length, 200_002);
  assert.deepEqual(found[1], [null, 2, '"open,b']);
  assert.deepEqual(found.at(-1), [["row199999", "x"], 200_002, "row199999,x"]);
  // It is given up after a megabyte, not at the end of a file of any size.
  let n = 0;
  const reader = new RecordReader(",", () => n++);
  const bytes = bytesOf(text);
  for (let at = 0; at < bytes.length; at += 1 << 16) reader.feed(bytes.subarray(at, at + (1 << 16)));
  assert.ok(n > 190_000, String(n));
});

Deno.test("RecordReader makes a line without end records that are no more than a megabyte or two", () => {
  const found = read(bytesOf(`a,b\n${"x".repeat(5 << 20)}\nc,d\n`), { size: 1 << 16 });
  assert.ok(found.every(([, , text]) => text.length < 2 << 20));
  assert.deepEqual(found.at(-1)?.[0], ["c", "d"]);
});

Deno.test("RecordReader reads Latin-1 line by line, and drops a byte order mark", () => {
  assert.deepEqual(read(latin1("é;1\n2;3\n"), { delimiter: ";" }).map(([fields]) => fields), [["é", "1"], [
    "2",
    "3",
  ]]);
  assert.deepEqual(read(bytesOf("\ufeffa,b\n")).map(([fields]) => fields), [["a", "b"]]);
});
