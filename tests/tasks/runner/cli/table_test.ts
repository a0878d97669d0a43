import assert from "@std/assert";
import { sparkline, tableLines } from "../../../../tasks/runner/cli/table.ts";

Deno.test("tableLines() sets numbers to the right and words to the left, and ends lines with their last word", () => {
  assert.deepEqual(
    tableLines(["stage", "rows", "took", ""], [
      ["clean", "1,234", "0.4 s", "a remark"],
      ["features", "-7", null, undefined],
      ["train", 12.5, "12 s", ""],
    ]),
    [
      "stage      rows   took",
      "────────  ─────  ─────  ────────",
      "clean     1,234  0.4 s  a remark",
      "features     -7",
      "train      12.5   12 s",
    ],
  );
});

Deno.test("tableLines() sets a column with one word in it to the left", () => {
  const lines = tableLines(["n"], [["1"], ["none"], ["20"]]);
  assert.deepEqual(lines, ["n", "────", "1", "none", "20"]);
});

Deno.test("tableLines() without rows is its header", () => {
  assert.deepEqual(tableLines(["stage", "n"], []), ["stage  n", "─────  ─"]);
});

Deno.test("sparkline() runs from the lowest bar to the highest", () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), "▁▂▃▄▅▆▇█");
  assert.equal(sparkline([0.9, 0.8, 1]), "▅▁█");
  assert.equal(sparkline([-5, 5]), "▁█");
  assert.equal(sparkline([2, 2, 2]), "▄▄▄");
  assert.equal(sparkline([]), "");
});
