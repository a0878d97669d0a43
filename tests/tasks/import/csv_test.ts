import assert from "@std/assert";
import fc from "fast-check";
import { columnPlaces, csvFields, csvRecords } from "../../../tasks/import/csv.ts";
import { DataError } from "../../../tasks/import/errors.ts";

const field = fc.string({
  unit: fc.oneof({ weight: 2, arbitrary: fc.constantFrom(",", '"', "\n", "\r\n", "::", "é") }, {
    weight: 3,
    arbitrary: fc.string({ minLength: 1, maxLength: 1, unit: "binary-ascii" }),
  }),
});
const table = fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 6 });

function written(rows: string[][], end: string): string {
  const quoted = (text: string) => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return rows.map((row) => row.map(quoted).join(",")).join(end);
}

Deno.test("csvRecords() reads back any fields, whatever the line ends", () => {
  fc.assert(fc.property(table, fc.constantFrom("\n", "\r\n"), fc.boolean(), (rows, end, isEnded) => {
    // A last row of one empty field is nothing at all without its newline.
    const text = written(rows, end) + (isEnded || rows.at(-1)?.join() === "" ? end : "");
    const wanted = rows.length === 0 && text !== "" ? [[""]] : rows;
    assert.deepEqual([...csvRecords(text)].map(({ fields }) => fields), wanted);
  }));
});

Deno.test("csvRecords() tells the line on which a record begins", () => {
  const text = 'a,b\r\n"one\r\ntwo\r\nthree",4\r\nlast,5';
  assert.deepEqual([...csvRecords(text)].map(({ line }) => line), [1, 2, 5]);
});

Deno.test("csvRecords() loses only the line whose quotes don't match", () => {
  const text =
    '1,"No end (1999),Drama\n2,"Heat, The (1995)",Action\n3,"Odd" end,Drama\n4,Fine,Drama\n5,"never';
  assert.deepEqual([...csvRecords(text)], [
    { line: 1, fields: null },
    { line: 2, fields: ["2", "Heat, The (1995)", "Action"] },
    { line: 3, fields: null },
    { line: 4, fields: ["4", "Fine", "Drama"] },
    { line: 5, fields: null },
  ]);
});

Deno.test("csvRecords() takes quotes inside a bare field as they are", () => {
  assert.deepEqual(csvFields('1,The "Best" One,x'), ["1", 'The "Best" One', "x"]);
});

Deno.test("columnPlaces() finds columns in any order and case", () => {
  assert.deepEqual(columnPlaces(["Rating", " user_id", "MOVIEID"], ["userId", "movieId", "rating"], "f"), [
    1,
    2,
    0,
  ]);
});

Deno.test("columnPlaces() says which columns a header should have", () => {
  assert.throws(
    () => columnPlaces(["1", "1", "4.0"], ["userId", "movieId"], "ratings.csv"),
    new DataError(
      'Cannot read "ratings.csv" as its line 1 should name the columns userId, movieId: found "1,1,4.0"',
    ),
  );
});
