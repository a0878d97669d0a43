import assert from "@std/assert";
import { trendOf } from "../../../models/snapshot/windows.ts";

Deno.test("trendOf() is the difference of two daily rates in its standard errors", () => {
  // 14 in 7 days and 28 in 28: (2 − 1) / √(42/35 · (1/7 + 1/28)) = 1 / √(1.2 · 5/28).
  assert.ok(Math.abs(trendOf(14, 28) - 1 / Math.sqrt(1.2 * 5 / 28)) < 1e-12);
  // 0 in 7 and 28 in 28: −1 / √(0.8 · 5/28) = −√7.
  assert.ok(Math.abs(trendOf(0, 28) + Math.sqrt(7)) < 1e-12);
});

Deno.test("trendOf() of a steady movie, or of one that nobody rates, is 0", () => {
  assert.equal(trendOf(7, 28), 0);
  assert.equal(trendOf(0, 0), 0);
});

Deno.test("trendOf() believes many ratings more than few that are as many times faster", () => {
  assert.ok(trendOf(200, 100) > trendOf(20, 10));
  assert.ok(trendOf(20, 10) > trendOf(2, 1));
});
