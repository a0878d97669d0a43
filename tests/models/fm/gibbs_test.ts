import assert from "@std/assert";
import { createSweep } from "../../../models/fm/_sweep.ts";
import { createDraws } from "../../../models/fm/draws.ts";
import { type Chain, type Design, gibbs, predictRows, startChain } from "../../../models/fm/gibbs.ts";
import { identityGroup, listGroup, type Relation, relationOf } from "../../../models/fm/relation.ts";
import { createRng } from "../../../models/rng.ts";

const { signal } = new AbortController();
const near = (found: number, wanted: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(found - wanted) < tolerance, `${found} is not ${wanted}`);

/** Six ratings of three users and four movies (the last unrated), users with lists, movies in overlapping groups. */
function smallDesign(): Design {
  const users = Int32Array.of(0, 0, 1, 1, 2, 2);
  const movies = Int32Array.of(0, 1, 1, 2, 0, 2);
  const rated = [[0, 1], [1, 2], [0, 2]];
  const genres = [[0], [0, 1], [1], [1]];
  const user = [identityGroup("user", 3), listGroup("rated", { nRows: 3, nColumns: 4, of: (u) => rated[u] })];
  const movie = [
    identityGroup("movie", 4),
    listGroup("genre", { nRows: 4, nColumns: 2, of: (m) => genres[m] }),
  ];
  return {
    stars: Float32Array.of(5, 3, 4, 1, 4.5, 2),
    relations: [relationOf(user, 3, users), relationOf(movie, 4, movies)],
  };
}

/** The whole feature vector of rating `n`, as (relation, column, x). */
function features({ relations }: Design, n: number): [b: number, j: number, x: number][] {
  return relations.flatMap((relation: Relation, b) =>
    Array.from({ length: relation.nColumns }, (_, j) => j).flatMap((j) => {
      const [from, to] = [relation.columnStarts[j], relation.columnStarts[j + 1]];
      const at = relation.rows.subarray(from, to).indexOf(relation.rowOf[n]);
      return at < 0 ? [] : [[b, j, relation.values[from + at]] as [number, number, number]];
    })
  );
}

/** ŷ by the definition: w₀ + Σ w_i x_i + the double sum Σ_{i<j} ⟨v_i, v_j⟩ x_i x_j. */
function doubleSum(design: Design, { w0, rank, parameters }: Chain, n: number): number {
  const xs = features(design, n);
  let sum = w0;
  xs.forEach(([b, j, x], i) => {
    sum += parameters[b].w[j] * x;
    for (const [c, k, z] of xs.slice(i + 1)) {
      for (let f = 0; f < rank; f++) {
        const [v, u] = [parameters[b].v[f * design.relations[b].nColumns + j], parameters[c].v];
        sum += v * u[f * design.relations[c].nColumns + k] * x * z;
      }
    }
  });
  return sum;
}

const rowsOf = ({ relations }: Design, n: number) => relations.map(({ rowOf }) => rowOf[n]);

Deno.test("predictRows() in O(kn) equals the double sum over all pairs, and the chain's errors are r − ŷ", async () => {
  const design = smallDesign();
  const chain = await gibbs(design, { rank: 3, iterations: 7, seed: 3, signal, visit() {} });
  for (let n = 0; n < 6; n++) {
    near(predictRows(chain, rowsOf(design, n)), doubleSum(design, chain, n));
    near(chain.errors[n], design.stars[n] - doubleSum(design, chain, n), 1e-5);
  }
});

// With every normal 0 and every gamma its mean, what is drawn is the conditional mean.
const MEANS = { normal: () => 0, gamma: (shape: number, rate: number) => shape / rate };

Deno.test("drawLinear() draws w from the conditional derived by hand", () => {
  // Two ratings 2 and 5 of one user, movies apart; w₀ = 3.5 first, v = 0: errors −1.5, 1.5.
  const relations = [
    relationOf([identityGroup("user", 1)], 1, Int32Array.of(0, 0)),
    relationOf([identityGroup("movie", 2)], 2, Int32Array.of(0, 1)),
  ];
  const design = { stars: Float32Array.of(2, 5), relations };
  const chain = startChain(design, 1, () => 0);
  near(chain.w0, 3.5);
  chain.alpha = 4;
  chain.parameters[0].lambda[0] = 2;
  chain.parameters[0].mu[0] = 0.5;
  chain.parameters[1].lambda[0] = 1;
  createSweep(design, chain, MEANS).drawLinear();
  // User: precision 2 + 4·2 = 10, mean (4·0 + 2·0.5) / 10 = 0.1. Movies: (4·(±1.5 − 0.1)) / (1 + 4).
  near(chain.parameters[0].w[0], 0.1, 1e-6);
  near(chain.parameters[1].w[0], 4 * -1.6 / 5, 1e-6);
  near(chain.parameters[1].w[1], 4 * 1.4 / 5, 1e-6);
});

Deno.test("drawFactor() leaves the column drawn last where the log posterior's slope is 0", () => {
  const design = smallDesign();
  const chain = startChain(design, 2, createDraws(createRng(8)).normal);
  const { v, mu, lambda } = chain.parameters[1];
  const [f, j] = [1, 5]; // genre 1 (column 4 + 1), which shares rows with movies and with genre 0
  mu[2 * 2 + 1] = 0.3;
  lambda[2 * 2 + 1] = 1.7;
  chain.alpha = 2.5;
  const sweep = createSweep(design, chain, MEANS);
  sweep.drawFactor(f);
  sweep.finish();
  let slope = -1.7 * (v[f * 6 + j] - 0.3);
  for (let n = 0; n < 6; n++) {
    const before = predictRows(chain, rowsOf(design, n));
    const at = features(design, n).find(([b, column]) => b === 1 && column === j);
    if (at === undefined) continue;
    // ∂ŷ/∂v_jf = x_j (Σ_i v_if x_i − v_jf x_j)
    const sum = features(design, n).reduce(
      (total, [b, column, x]) => total + x * chain.parameters[b].v[f * design.relations[b].nColumns + column],
      0,
    );
    const x = at[2];
    slope += 2.5 * (design.stars[n] - before) * x * (sum - x * v[f * 6 + j]);
  }
  near(slope, 0, 1e-5);
});

Deno.test("drawScales() draws α, μ and λ from the conditionals derived by hand", () => {
  const design = smallDesign();
  const chain = startChain(design, 1, () => 0);
  chain.errors.set([1, -1, 2, 0, 0, 0]);
  const movie = chain.parameters[1];
  movie.w.set([1, 2, 3, 100, 0, 0]); // the fourth movie was never rated: it says nothing
  createSweep(design, chain, MEANS).drawScales();
  near(chain.alpha, ((1 + 6) / 2) / ((1 + 6) / 2));
  // λ: shape (3 + 2) / 2, rate (1 + 1 + 4 + 9 + 0) / 2; then μ = 6 / 4.
  near(movie.lambda[0], 2.5 / 7.5);
  near(movie.mu[0], 1.5);
});

Deno.test("gibbs() averages over a one-feature model to its ridge regression", async () => {
  // One movie, users apart, 12 ratings each around 2 and 5: shrinkage at 12 ratings is slight.
  const users = Int32Array.from({ length: 24 }, (_, n) => Math.floor(n / 12));
  const relations = [
    relationOf([identityGroup("user", 2)], 2, users),
    relationOf([identityGroup("movie", 1)], 1, new Int32Array(24)),
  ];
  const stars = Float32Array.from(users, (u, n) => (u === 0 ? 2 : 5) + (n % 2 === 0 ? 0.5 : -0.5));
  const sums = [0, 0];
  await gibbs({ stars, relations }, {
    rank: 1,
    iterations: 2000,
    seed: 1,
    signal,
    visit: (chain) => [0, 1].forEach((u) => sums[u] += predictRows(chain, [u, 0]) / 2000),
  });
  near(sums[0], 2, 0.1);
  near(sums[1], 5, 0.1);
});

Deno.test("createDraws() has the moments of N(0, 1) and of Γ(3, 2)", () => {
  const draws = createDraws(createRng(4));
  const normals = Array.from({ length: 40_000 }, () => draws.normal());
  const gammas = Array.from({ length: 40_000 }, () => draws.gamma(3, 2));
  const moment = (values: number[], power: number, centre = 0) =>
    values.reduce((sum, value) => sum + (value - centre) ** power, 0) / values.length;
  near(moment(normals, 1), 0, 0.02);
  near(moment(normals, 2), 1, 0.03);
  near(moment(normals, 4), 3, 0.2);
  near(moment(gammas, 1), 1.5, 0.02);
  near(moment(gammas, 2, 1.5), 0.75, 0.03);
});

Deno.test("gibbs() leaves columns that no rating has at their group's mean", async () => {
  const design = smallDesign();
  const chain = await gibbs(design, { rank: 2, iterations: 3, seed: 1, signal, visit() {} });
  const { w, v, mu } = chain.parameters[1];
  assert.equal(w[3], mu[0]);
  assert.equal(v[6 + 3], mu[2 * 2]);
});
