import assert from "@std/assert";
import fc from "fast-check";
import { bootstrap, type Pairs } from "../../../models/gate/bootstrap.ts";
import { createRng, permutation } from "../../../models/rng.ts";
import { normal } from "./_people.ts";

const OPTIONS = { measure: "ndcg", seed: 1, resamples: 2_000, confidence: 0.95 } as const;
const paired = (candidate: number[], rival: number[], weights = candidate.map(() => 1)): Pairs => {
  return {
    weights: Float64Array.from(weights),
    candidate: Float64Array.from(candidate),
    rival: Float64Array.from(rival),
  };
};
const numbers = (text: { low: number; high: number; harm: number }) => [text.low, text.harm, text.high];

Deno.test("bootstrap() of RMSE takes sums over people by sums of ratings, not means of people", () => {
  // √((1 + 11) / (1 + 3)) = √3 and √((4 + 0) / 4) = 1.
  const found = bootstrap(paired([1, 11], [4, 0], [1, 3]), { ...OPTIONS, measure: "rmse" });
  assert.deepEqual([found.n, found.candidate, found.rival], [2, Math.sqrt(3), 1]);
  assert.equal(found.harm, Math.sqrt(3) - 1);
  // Two people drawn twice: only the first (√1 − √4), only the second (√(11/3) − 0), or both.
  assert.deepEqual([found.low, found.high], [1 - 2, Math.sqrt(11 / 3)]);
});

Deno.test("bootstrap() of nDCG has harm where the candidate's mean is lower", () => {
  const found = bootstrap(paired([0.2, 0.4], [0.5, 0.5]), OPTIONS);
  assert.ok(Math.abs(found.harm - 0.2) < 1e-15);
  assert.ok(Math.abs(found.low - 0.1) < 1e-15 && Math.abs(found.high - 0.3) < 1e-15);
  assert.equal(found.worst, found.high);
});

Deno.test("bootstrap() is as wide as theory says, for a mean and for a ratio of sums", () => {
  const rng = createRng(7);
  const n = 1_000;
  const options = { ...OPTIONS, resamples: 20_000 };
  const zeros = Array.from({ length: n }, () => 0);
  const noise = zeros.map(() => normal(rng));
  const found = bootstrap(paired(noise, zeros), options);
  // One-sided 95 %: 1.645 standard errors of a mean of n standard normals.
  for (const end of [found.low, found.high]) {
    assert.ok(Math.abs(Math.abs(end - found.harm) * Math.sqrt(n) - 1.645) < 0.08, `${end}`);
  }
  // se(√m) = se(m) / 2√m, and the rival's errors are 0: half the interval is 1.645 of it.
  const squares = noise.map((value) => value ** 2);
  const ratio = bootstrap(paired(squares, zeros), { ...options, measure: "rmse" });
  const mean = squares.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(squares.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  const wanted = 1.645 * deviation / (2 * Math.sqrt(mean * n));
  assert.ok(Math.abs((ratio.high - ratio.low) / 2 / wanted - 1) < 0.03, `${wanted}`);
});

Deno.test("bootstrap() takes more draws where a high confidence needs them", () => {
  const rng = createRng(3);
  const values = Array.from({ length: 300 }, () => rng.uniform());
  const pairs = paired(values, values.map(() => 0.5));
  const few = bootstrap(pairs, { ...OPTIONS, confidence: 0.9999 });
  const enough = bootstrap(pairs, { ...OPTIONS, confidence: 0.9999, resamples: 100_000 });
  assert.deepEqual(few, enough);
  assert.ok(few.high < few.worst, "the end is not the single worst draw");
});

Deno.test("bootstrap() of nobody, or of what is no number, shows nothing", () => {
  for (const pairs of [paired([], []), paired([NaN, 1], [1, 1]), paired([1, 1], [Infinity, 1])]) {
    assert.deepEqual(numbers(bootstrap(pairs, OPTIONS)).filter(Number.isFinite), []);
  }
});

const people = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.double({ min: 0, max: 9, noNaN: true }),
    fc.double({ min: 0, max: 9, noNaN: true }),
  ),
  { minLength: 1, maxLength: 30 },
).map((rows) => paired(rows.map(([, a]) => a), rows.map(([, , b]) => b), rows.map(([w]) => w)));
const options = fc.record({
  measure: fc.constantFrom("rmse" as const, "ndcg" as const),
  seed: fc.nat(),
  resamples: fc.constant(200),
  confidence: fc.double({ min: 0.6, max: 0.95, noNaN: true }),
});

Deno.test("bootstrap() does not care for the order of people", () => {
  fc.assert(
    fc.property(people, options, fc.nat(), (pairs, options, seed) => {
      const order = permutation(pairs.weights.length, createRng(seed));
      const of = (values: Float64Array) => Float64Array.from(order, (u) => values[u]);
      const shuffled = { weights: of(pairs.weights), candidate: of(pairs.candidate), rival: of(pairs.rival) };
      assert.deepEqual(bootstrap(shuffled, options), bootstrap(pairs, options));
    }),
    { numRuns: 200, seed: 1 },
  );
});

Deno.test("bootstrap() mirrors its interval when the two models change places", () => {
  fc.assert(
    fc.property(people, options, ({ weights, candidate, rival }, options) => {
      const found = bootstrap({ weights, candidate, rival }, options);
      const mirrored = bootstrap({ weights, candidate: rival, rival: candidate }, options);
      const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);
      near(mirrored.harm, -found.harm);
      near(mirrored.low, -found.high);
      near(mirrored.high, -found.low);
    }),
    { numRuns: 200, seed: 1 },
  );
});

Deno.test("bootstrap() is wider at a higher confidence, and holds its own estimate", () => {
  fc.assert(
    fc.property(people, options, (pairs, options) => {
      const [narrow, wide] = [0.6, 0.95].map((confidence) => bootstrap(pairs, { ...options, confidence }));
      assert.ok(wide.low <= narrow.low && narrow.high <= wide.high && wide.high <= wide.worst);
    }),
    { numRuns: 200, seed: 1 },
  );
});
