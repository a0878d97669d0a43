import assert from "@std/assert";
import { timeFormOf, toSeconds } from "../../../tasks/import/times.ts";

Deno.test("toSeconds() reads ISO 8601 with and without time, fraction and zone", () => {
  const at = Date.UTC(2024, 1, 29, 12, 30, 15) / 1000;
  const texts: [string, number][] = [
    ["2024-02-29", Date.UTC(2024, 1, 29) / 1000],
    ["2024-02-29 12:30", at - 15],
    ["2024-02-29T12:30:15", at],
    [" 2024-02-29T12:30:15.250Z ", at + 0.25],
    ["2024-02-29 12:30:15,5 UTC", at + 0.5],
    ["2024-02-29T18:00:15+05:30", at],
    ["2024-02-29T07:30:15-0500", at],
    ["0001-01-01", -62135596800],
    ["1969-12-31T23:59:59.5Z", -0.5],
  ];
  for (const [text, seconds] of texts) assert.equal(toSeconds(text, "iso"), seconds, text);
});

Deno.test("toSeconds() takes no date that is none, nor one whose order is a guess", () => {
  for (
    const text of [
      "2024-02-30",
      "2023-02-29",
      "2024-13-01",
      "01/02/2024",
      "2024-1-2",
      "2024-01-01T25:00",
      "now",
      "",
    ]
  ) assert.equal(toSeconds(text, "iso"), null, text);
});

Deno.test("toSeconds() divides by the unit, to the microsecond", () => {
  assert.equal(toSeconds("1700000000.5", "seconds"), 1700000000.5);
  assert.equal(toSeconds("1700000000123", "milliseconds"), 1700000000.123);
  assert.equal(toSeconds("1700000000123456", "microseconds"), 1700000000.123456);
  assert.equal(toSeconds("1.7e9", "seconds"), 1.7e9);
  for (const text of ["NaN", "", "12a", "0x10"]) assert.equal(toSeconds(text, "seconds"), null, text);
});

Deno.test("timeFormOf() goes with most of them", () => {
  assert.equal(timeFormOf(["x", "1700000000000", "1700000000001", "12"]), "milliseconds");
  assert.equal(timeFormOf(["1700000000"]), "seconds");
  assert.equal(timeFormOf(["1700000000000000"]), "microseconds");
  assert.equal(timeFormOf(["2024-01-01", "", "5"]), "iso");
  assert.equal(timeFormOf(["", "soon"]), null);
});
