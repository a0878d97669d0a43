import assert from "@std/assert";
import { checkRatio } from "../../../server/recommend/ratio.ts";
import { sharesOf, variantOf } from "../../../server/recommend/variants.ts";

const THREE = [{ name: "b", share: 0.3 }, { name: "a", share: 0.2 }];
const nameOf = (userId: number, variants = THREE) => variantOf(userId, variants)!.name;

/** People 0 … n − 1 by group. */
function groups(n: number, variants = THREE): Map<string, number> {
  const counts = new Map<string, number>();
  for (let user = 0; user < n; user++) {
    counts.set(nameOf(user, variants), (counts.get(nameOf(user, variants)) ?? 0) + 1);
  }
  return counts;
}

Deno.test("variantOf() gives each group its share of the people", () => {
  const check = checkRatio(groups(100_000), sharesOf(THREE));
  assert.ok(check.p! > 0.01, `p = ${check.p}`);
  assert.deepEqual([...sharesOf(THREE)], [["a", 0.2], ["b", 0.3], ["champion", 0.5]]);
});

Deno.test("variantOf() is the same for the same person, whatever the order in which variants are given", () => {
  // Fixed for good: people must not change groups when the server is updated.
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 8].map((user) => nameOf(user)), [
    "champion",
    "champion",
    "b",
    "b",
    "champion",
    "champion",
    "b",
    "b",
  ]);
  for (let user = 0; user < 200; user++) assert.equal(nameOf(user, THREE.toReversed()), nameOf(user));
});

Deno.test("variantOf() with another share moves nobody but those at the border", () => {
  const wider = [{ name: "a", share: 0.2 }, { name: "b", share: 0.4 }];
  for (let user = 0; user < 2000; user++) {
    const [before, after] = [nameOf(user), nameOf(user, wider)];
    assert.ok(before === after || (before === "champion" && after === "b"), `${before} → ${after}`);
  }
});

Deno.test("variantOf() draws anew for another experiment", () => {
  const first = [{ name: "x", share: 0.5 }];
  const second = [{ name: "y", share: 0.5 }];
  let both = 0;
  for (let user = 0; user < 10_000; user++) {
    both += Number(nameOf(user, first) === "x" && nameOf(user, second) === "y");
  }
  assert.ok(Math.abs(both - 2500) < 200, `${both} of 10,000 are in both`);
});

Deno.test("variantOf() puts nobody into no experiment, and no guest into any", () => {
  assert.equal(variantOf(1, []), null);
  assert.equal(variantOf(null, THREE), null);
});

Deno.test("checkRatio() is Pearson's test, by its tables", () => {
  const halves = new Map([["a", 0.5], ["b", 0.5]]);
  // (55 − 50)² / 50 twice is 1; P(χ²₁ ≥ 1) = 0.317311.
  const even = checkRatio(new Map([["a", 55], ["b", 45]]), halves);
  assert.equal(even.chiSquare, 1);
  assert.ok(Math.abs(even.p! - 0.3173105079) < 1e-9);
  // χ² = 6.6667 at four degrees of freedom is Q(2, 10/3) = e^(−10/3)(1 + 10/3).
  const five = new Map(["a", "b", "c", "d", "e"].map((name) => [name, 0.2]));
  const skewed = checkRatio(new Map([["a", 40], ["b", 30], ["c", 30], ["d", 30], ["e", 20]]), five);
  assert.ok(Math.abs(skewed.chiSquare - 20 / 3) < 1e-12);
  assert.ok(Math.abs(skewed.p! - Math.exp(-10 / 3) * (1 + 10 / 3)) < 1e-12);
  // χ²₃ of 7.815 is the 5 % quantile.
  const quarter = new Map([["a", 0.25], ["b", 0.25], ["c", 0.25], ["d", 0.25]]);
  const third = checkRatio(new Map([["a", 100], ["b", 100], ["c", 100], ["d", 140]]), quarter);
  assert.ok(Math.abs(third.chiSquare - 10.909090909) < 1e-8);
  assert.ok(Math.abs(third.p! - 0.012230) < 1e-5);
});

Deno.test("checkRatio() finds a broken split, and says nothing of a handful of people", () => {
  const shares = sharesOf([{ name: "new", share: 0.5 }]);
  assert.ok(checkRatio(new Map([["new", 5000], ["champion", 5400]]), shares).isMismatch);
  assert.ok(!checkRatio(new Map([["new", 5000], ["champion", 5080]]), shares).isMismatch);
  assert.deepEqual(checkRatio(new Map([["new", 4]]), shares), { chiSquare: 4, p: null, isMismatch: false });
});
