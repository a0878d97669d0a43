import assert from "@std/assert";
import { adam } from "../../../models/fm/adam.ts";
import { createDraws } from "../../../models/fm/draws.ts";
import { type Design, predictRows, startChain } from "../../../models/fm/gibbs.ts";
import { identityGroup, listGroup, relationOf } from "../../../models/fm/relation.ts";
import { createRng } from "../../../models/rng.ts";

const { signal } = new AbortController();

const users = Int32Array.of(0, 0, 1, 1, 2, 2);
const movies = Int32Array.of(0, 1, 1, 2, 0, 2);
const genres = [[0], [0, 1], [1]];
const design: Design = {
  stars: Float32Array.of(5, 3, 4, 1, 4.5, 2),
  relations: [
    relationOf([identityGroup("user", 3)], 3, users),
    relationOf(
      [identityGroup("movie", 3), listGroup("genre", { nRows: 3, nColumns: 2, of: (m) => genres[m] })],
      3,
      movies,
    ),
  ],
};

async function fitted(regularization: number) {
  const rng = createRng(2);
  const chain = startChain(design, 2, createDraws(rng).normal);
  const options = { epochs: 6000, stepsPerEpoch: 1, learningRate: 0.02, regularization, rng, signal };
  await adam(design, chain, { ...options, progress() {} });
  return chain;
}

Deno.test("adam() ends where the slope of ½Σe² + ½λ(Σw² + Σv²) is 0", async () => {
  const chain = await fitted(0.4);
  const error = (n: number) => design.stars[n] - predictRows(chain, [users[n], movies[n]]);
  const [user, movie] = chain.parameters;
  // ∂/∂w of genre 1: λw − Σ x e over the ratings of movies 1 and 2, with x = 1/√2 and 1.
  const x = [0, Math.SQRT1_2, 1];
  let linear = 0.4 * movie.w[4];
  // ∂/∂v of user 0, factor 1: λv − Σ e q_m.
  let factor = 0.4 * user.v[3 + 0];
  for (let n = 0; n < 6; n++) {
    linear -= x[movies[n]] * error(n);
    if (users[n] === 0) factor -= error(n) * movie.q[3 + movies[n]];
  }
  assert.ok(Math.abs(linear) < 1e-4, `slope ${linear}`);
  assert.ok(Math.abs(factor) < 1e-4, `slope ${factor}`);
  assert.ok(Math.abs(user.v[3]) > 1e-3, "the factor was learnt");
});

Deno.test("adam() shrinks every parameter to 0 under a heavy λ", async () => {
  const [user] = (await fitted(1e4)).parameters;
  assert.ok(user.w.every((w) => Math.abs(w) < 1e-2));
});
