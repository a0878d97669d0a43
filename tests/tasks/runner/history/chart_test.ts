import assert from "@std/assert";
import fc from "fast-check";
import { chartLines } from "../../../../tasks/runner/history/chart.ts";

Deno.test("chartLines() puts the highest value at the top, the baseline beside it, and labels both ends", () => {
  const lines = chartLines([
    { label: "2026-03-01", value: 1, baseline: 0.65 },
    { label: "2026-03-02", value: 0.65, baseline: 0.65 },
    { label: "2026-03-03", value: 0.3, baseline: null },
  ]);
  assert.deepEqual(lines, [
    "1.0000 ┤●",
    "       ┤",
    "       ┤",
    "       ┤",
    "0.6000 ┤·●", // 0.65 is nearest to the fifth of the eight rows: .6
    "       ┤",
    "       ┤",
    "0.3000 ┤  ●",
    "        2026-03-01 … 2026-03-03",
  ]);
});

Deno.test("chartLines() draws each of the newest days once, whatever the values", () => {
  const point = fc.record({
    label: fc.constant("2026-03-01"),
    value: fc.double({ min: 0, max: 5, noNaN: true }),
    baseline: fc.option(fc.double({ min: 0, max: 5, noNaN: true })),
  });
  fc.assert(fc.property(fc.array(point, { minLength: 1, maxLength: 80 }), (points) => {
    const drawn = chartLines(points).join("\n");
    assert.equal(drawn.split("●").length - 1, Math.min(60, points.length));
    assert.ok(drawn.split("\n").every((line) => line.length <= 70));
  }));
});
