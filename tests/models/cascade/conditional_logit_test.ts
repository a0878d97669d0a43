import assert from "@std/assert";
import { curvature, fitLogit, type List, scoresOf } from "../../../models/cascade/conditional_logit.ts";
import { createRng } from "../../../models/rng.ts";

const { signal } = new AbortController();
const near = (found: number, wanted: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(found - wanted) < tolerance, `${found}, not ${wanted}`);

/** 40 lists of 12 candidates with 3 features, of which some are liked by weights (2, −1, 0). */
function seededLists(): List[] {
  const rng = createRng(4);
  return Array.from({ length: 40 }, (_, l) => {
    const features = Float32Array.from({ length: 36 }, () => 2 * rng.uniform() - 1);
    const scores = scoresOf(features, Float64Array.of(2, -1, 0));
    const order = Array.from(scores.keys()).sort((a, b) =>
      scores[b] - scores[a] + 0.5 * (rng.uniform() - 0.5)
    );
    return { features, liked: order.slice(0, 1 + l % 3) };
  });
}

Deno.test("curvature() is the loss by hand: two candidates, one liked", async () => {
  // x = 1 and 0, w = ln 3: P = 3/4 and 1/4. L = −ln(3/4) + λ/2 w², ∇ = 3/4 − 1 + λw, H = 3/16 + λ.
  const w = Math.log(3);
  const lists = [{ features: Float32Array.of(1, 0), liked: [0] }];
  const { loss, gradient, hessian } = await curvature(lists, Float64Array.of(w), {
    width: 1,
    l2: 0.1,
    signal,
  });
  near(loss, -Math.log(3 / 4) + 0.05 * w * w);
  near(gradient[0], -1 / 4 + 0.1 * w);
  near(hessian[0], 3 / 16 + 0.1);
});

Deno.test("curvature() weighs a list by the root of what was liked in it", async () => {
  // At w = 0 each of 4 candidates has P = 1/4; two liked ones cost 2 ln 4 / √2.
  const lists = [{ features: Float32Array.of(1, 2, 3, 4), liked: [0, 3] }];
  const { loss } = await curvature(lists, new Float64Array(1), { width: 1, l2: 0, signal });
  near(loss, 2 * Math.log(4) / Math.SQRT2);
});

Deno.test("curvature()'s gradient and Hessian equal central differences", async () => {
  const lists = seededLists();
  const options = { width: 3, l2: 0.01, signal };
  const weights = Float64Array.of(0.3, -0.7, 0.2);
  const { gradient, hessian } = await curvature(lists, weights, options);
  for (let i = 0; i < 3; i++) {
    const at = async (step: number) =>
      await curvature(lists, weights.map((w, k) => k === i ? w + step : w), options);
    const [low, high] = [await at(-1e-4), await at(1e-4)];
    near(gradient[i], (high.loss - low.loss) / 2e-4);
    for (let j = 0; j < 3; j++) near(hessian[3 * i + j], (high.gradient[j] - low.gradient[j]) / 2e-4);
  }
});

Deno.test("fitLogit() ends where the gradient is zero, with the weights' signs", async () => {
  const lists = seededLists();
  const options = { width: 3, l2: 0.01, signal };
  const weights = await fitLogit(lists, options);
  const { gradient } = await curvature(lists, weights, options);
  for (const value of gradient) near(value, 0, 1e-5);
  assert.ok(weights[0] > 1 && weights[1] < -0.5 && Math.abs(weights[2]) < weights[0] / 3, `${weights}`);
});

Deno.test("fitLogit() leaves a feature at 0 that is the same everywhere", async () => {
  const lists = seededLists().map(({ features, liked }) => ({
    features: features.map((value, at) => at % 3 === 2 ? 5 : value),
    liked,
  }));
  const weights = await fitLogit(lists, { width: 3, l2: 0.01, signal });
  near(weights[2], 0);
});
