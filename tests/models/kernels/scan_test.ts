import assert from "@std/assert";
import fc from "fast-check";
import { compileKernels } from "../../../models/kernels/compile.ts";
import { createPlainScan } from "../../../models/kernels/plain_scan.ts";
import { openScan, type Scan, type ScanOptions } from "../../../models/kernels/scan.ts";
import { packRating } from "../../../models/rating_entry.ts";
import { createRng } from "../../../models/rng.ts";
import { scan, topN } from "../../../models/top_n.ts";
import { CACHE } from "../../support/compute.ts";
import { createScanMemory } from "../../support/scan_memory.ts";

const BUILDS = ["relaxed", "portable"] as const;
const MODULES = await Promise.all(
  BUILDS.map((simd) => compileKernels({ entry: "scan", simd, cache: CACHE })),
);

/** A scan of `vectors` in each build, and without one. */
function scansOf(vectors: Float32Array, dimension: number): Scan[] {
  const [module] = MODULES;
  const threads = MODULES.length;
  const place = createScanMemory(vectors, { module, dimension, threads });
  const compiled = MODULES.map((module) => openScan(module, place));
  return [...compiled, createPlainScan(vectors, dimension)];
}

interface Case {
  vectors: Float32Array;
  query: Float32Array;
  k: number;
  left?: readonly number[];
}

/** What the plain scan lists, each number by its bits. */
function plainly({ vectors, query, k, left = [] }: Case) {
  const scores = new Float32Array(vectors.length / query.length);
  scan(vectors, query, scores);
  const out = new Set(left);
  const ids = Int32Array.from(scores.keys());
  const list = topN(scores, { n: k, ids, isSeen: (row) => out.has(row) });
  return { rows: [...list.movies], scores: bits(list.scores) };
}

const bits = (scores: Float32Array) => [...new Uint32Array(scores.slice().buffer)];

function assertPlain(cases: Case[], options?: (left: readonly number[]) => Partial<ScanOptions>) {
  for (const each of cases) {
    const wanted = plainly(each);
    const { vectors, query, k, left = [] } = each;
    for (const scan of scansOf(vectors, query.length)) {
      // Twice: what a list leaves behind must not show in the next.
      for (let time = 0; time < 2; time++) {
        const { rows, scores } = scan.top(query, { k, rows: left, ...options?.(left) });
        assert.deepEqual({ rows: [...rows], scores: bits(scores) }, wanted);
      }
      const all = scan.top(query, { k });
      assert.deepEqual({ rows: [...all.rows], scores: bits(all.scores) }, plainly({ vectors, query, k }));
    }
  }
}

/** Draws of every kind that could fool a bound: each row a size of its own, ties, zeros, one huge coordinate. */
function adversarial(seed: number, { rows = 700, longest = 60 } = {}): Case {
  const rng = createRng(seed);
  const n = 1 + rng.below(rows);
  const d = 1 + rng.below(40);
  const normal = () => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
  const kind = rng.below(8);
  const row = [
    () => normal(),
    () => rng.below(3) - 1, // ties
    () => rng.below(4) === 0 ? normal() : 0,
    () => normal() * 10 ** (rng.below(60) - 30),
    () => 5 + 1e-4 * normal(), // all nearly alike
    () => normal() * 1e-44, // below the least normal float
    () => normal() * 1e37, // scores beyond the greatest float
    () => rng.below(2), // halves of the rows are the same
  ][kind];
  const vectors = Float32Array.from({ length: n * d }, row);
  if (rng.below(3) === 0) {
    for (let i = 0; i < n; i++) vectors[i * d + rng.below(d)] *= kind === 6 ? 0.1 : 1e3;
  }
  if (rng.below(3) === 0) vectors.copyWithin(Math.floor(n / 2) * d, 0, Math.floor(n / 2) * d);
  const query = Float32Array.from({ length: d }, () => rng.below(9) === 0 ? 0 : row() || normal());
  if (rng.below(10) === 0) query.fill(0);
  const left = Array.from({ length: rng.below(n) }, () => rng.below(n));
  return { vectors, query, k: 1 + rng.below(longest), left };
}

Deno.test("openScan() lists what the plain scan lists, bit for bit, whatever the vectors", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => assertPlain([adversarial(seed >>> 0)])),
    { numRuns: 400, seed: 1 },
  );
});

Deno.test("openScan() lists the same where lists are long, and rows many", () => {
  const large = { rows: 6_000, longest: 600 };
  for (let seed = 1; seed <= 30; seed++) assertPlain([adversarial(seed, large)]);
});

Deno.test("openScan() allows for the rounding of the query where vectors have none", () => {
  // Whole numbers up to 63, nearly alike, each row with its opposite: cells hold them exactly, and the centre is 0.
  for (let seed = 1; seed <= 20; seed++) {
    const rng = createRng(seed);
    const d = 16;
    const usual = Float32Array.from({ length: d }, (_, k) => k === 0 ? 63 : rng.below(121) - 60);
    const half = Float32Array.from(
      { length: 512 * d },
      (_, i) => usual[i % d] + (i % d ? rng.below(5) - 2 : 0),
    );
    const vectors = new Float32Array(2 * half.length);
    for (let at = 0; at < half.length; at += d) {
      vectors.set(half.subarray(at, at + d), 2 * at);
      vectors.set(half.subarray(at, at + d).map((x) => -x), 2 * at + d);
    }
    const query = Float32Array.from({ length: d }, () => rng.uniform() - 0.5);
    assertPlain([{ vectors, query, k: 8 }]);
  }
});

Deno.test("openScan() lists nothing of a query that is not a number, and all of one that is infinite", () => {
  const vectors = Float32Array.from({ length: 600 }, (_, i) => 1 + i % 7);
  const [scan] = scansOf(vectors, 2);
  assert.equal(scan.top(new Float32Array([NaN, 1]), { k: 5 }).rows.length, 0);
  assert.deepEqual([...scan.top(new Float32Array([Infinity, 1]), { k: 3 }).rows], [0, 1, 2]);
});

Deno.test("openScan() leaves out rated rows, named rows and masked rows alike", () => {
  const rng = createRng(7);
  const vectors = Float32Array.from({ length: 900 * 8 }, () => rng.uniform() - 0.5);
  const query = Float32Array.from({ length: 8 }, () => rng.uniform() - 0.5);
  const left = Array.from({ length: 300 }, () => rng.below(900)).sort((a, b) => a - b);
  const each = { vectors, query, k: 40, left };
  const packed = (rows: readonly number[]) => Int32Array.from(rows, (row) => packRating(row, 3.5));
  const masked = (rows: readonly number[]) => {
    const mask = new Uint8Array(900);
    for (const row of rows) mask[row] = 1;
    return mask;
  };
  assertPlain([each], (rows) => ({ rows: [], rated: packed(rows) }));
  assertPlain([each], (rows) => ({ rows: [], masked: masked(rows) }));
  assertPlain([each], (rows) => ({
    rows: rows.slice(200),
    rated: packed(rows.slice(0, 100)),
    masked: masked(rows.slice(100, 200)),
  }));
});

Deno.test("openScan() looks at few rows of many", () => {
  const rng = createRng(3);
  const vectors = Float32Array.from({ length: 20_000 * 16 }, () => rng.uniform() - 0.5);
  for (const scan of scansOf(vectors, 16).slice(0, MODULES.length)) {
    for (const [k, most] of [[10, 100], [200, 1_000]]) {
      scan.top(vectors.subarray(0, 16), { k });
      assert.ok(scan.looks < most, `${scan.looks} of 20,000 for ${k}`);
    }
  }
});

Deno.test("openScan() ends early where few vectors are long", () => {
  const rng = createRng(5);
  const vectors = Float32Array.from({ length: 20_000 * 16 }, () => rng.uniform() - 0.5);
  vectors.set(vectors.subarray(0, 256).map((x) => 100 * x), 256);
  const query = vectors.slice(256, 272);
  assertPlain([{ vectors, query, k: 5 }]);
});

Deno.test("placingIndex() refuses vectors that are not finite, as no bound would hold for them", () => {
  for (const broken of [NaN, Infinity, -Infinity]) {
    const vectors = new Float32Array(400).fill(1);
    vectors[101] = broken;
    assert.throws(() => scansOf(vectors, 4), /should be finite: found .* in column 1/);
  }
});

Deno.test("a scan refuses a query of another length", () => {
  const [scan] = scansOf(new Float32Array(8), 4);
  assert.throws(() => scan.top(new Float32Array(3), { k: 1 }), RangeError);
});
