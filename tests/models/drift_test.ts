import assert from "@std/assert";
import { histogram, psi, PSI_MOVED, quantileEdges } from "../../models/drift.ts";
import { createRng } from "../../models/rng.ts";

Deno.test("psi() of equal histograms is 0", () => assert.equal(psi([5, 10, 85], [5, 10, 85]), 0));

Deno.test("psi() is Σ (q − p) ln(q / p) over smoothed shares", () => {
  // Counts 9.5 → shares with ½ added: p = (10, 20) / 30, q = (20, 10) / 30. (1/3) ln 2 + (−1/3) ln ½ = ⅔ ln 2.
  assert.ok(Math.abs(psi([9.5, 19.5], [19.5, 9.5]) - (2 / 3) * Math.log(2)) < 1e-12);
});

Deno.test("psi() of a bin that emptied is large, not infinite", () => {
  const moved = psi([500, 500], [0, 1000]);
  assert.ok(moved > 2.5 * PSI_MOVED && Number.isFinite(moved));
});

Deno.test("psi() of two samples of one population stays below its threshold", () => {
  const rng = createRng(4);
  const sample = () => Array.from({ length: 2000 }, () => rng.uniform());
  const edges = quantileEdges(sample(), 10);
  assert.ok(psi(histogram(sample(), edges), histogram(sample(), edges)) < PSI_MOVED / 2);
});

Deno.test("psi() refuses other bins", () => assert.throws(() => psi([1], [1, 2]), /found 1 and 2/));

Deno.test("histogram() puts an edge into the bin above it, and counts no NaN", () => {
  assert.deepEqual([...histogram([0, 1, 1.5, 2, 9, NaN], [1, 2])], [1, 2, 2]);
});

Deno.test("quantileEdges() cuts into bins of the same count", () => {
  const values = Array.from({ length: 100 }, (_, i) => 99 - i);
  assert.deepEqual([...histogram(values, quantileEdges(values, 4))], [25, 25, 25, 25]);
});

Deno.test("quantileEdges() lets repeated values share a bin", () => {
  assert.deepEqual(quantileEdges([3, 3, 3, 3, 3, 4, 5], 4), [4]);
  assert.deepEqual(quantileEdges([], 4), []);
});
