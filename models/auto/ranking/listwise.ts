/**
 * The ranker: one linear score per movie, fitted so that what a person chose beats what they did not.
 *
 *   L(w) = 1/|U| Σ_u Σ_{p∈P_u} 1/√|P_u| · −log( e^⟨w,x_p⟩ / (e^⟨w,x_p⟩ + Σ_{n∉P_u} e^⟨w,x_n⟩) ) + λ|w|²
 *
 * (A softmax over lists: Cao et al. 2007; people with many targets count by their root.) L is convex, so L-BFGS
 * (Liu & Nocedal 1989) from any start goes to the same w. λ is chosen by the loss on people left out.
 */

/** Candidates of one person: the first `nTargets` were chosen, the others not. */
export interface Choice {
  readonly nTargets: number;
  /** x by candidate [candidates × width]. */
  readonly evidence: Float32Array;
}

const RIDGES = [0.3, 0.1, 0.03, 0.01];
const FOLDS = 3;

/** The weights [width] of `choices`, and the λ that was best for people left out. */
export function fitListwise(
  choices: readonly Choice[],
  width: number,
): { weights: Float64Array; ridge: number } {
  const losses = RIDGES.map(() => 0);
  for (let fold = 0; fold < FOLDS; fold++) {
    const rest = choices.filter((_, i) => i % FOLDS !== fold);
    const left = choices.filter((_, i) => i % FOLDS === fold);
    if (rest.length === 0 || left.length === 0) continue;
    let start: Float64Array = new Float64Array(width);
    RIDGES.forEach((ridge, r) => {
      start = minimise(start, (w, gradient) => lossOf(rest, { w, gradient, ridge }));
      losses[r] += left.length * lossOf(left, { w: start, gradient: null, ridge: 0 });
    });
  }
  const ridge = RIDGES[losses.indexOf(Math.min(...losses))];
  const zeros = new Float64Array(width);
  return { weights: minimise(zeros, (w, gradient) => lossOf(choices, { w, gradient, ridge })), ridge };
}

interface At {
  w: Float64Array;
  /** Where ∂L/∂w goes; null: nobody asks. */
  gradient: Float64Array | null;
  ridge: number;
}

/** L(w). */
export function lossOf(choices: readonly Choice[], { w, gradient, ridge }: At): number {
  const width = w.length;
  gradient?.fill(0);
  let loss = 0;
  for (const { nTargets, evidence } of choices) {
    const n = evidence.length / width;
    const scores = new Float64Array(n);
    let highest = -Infinity;
    for (let i = 0, at = 0; i < n; i++, at += width) {
      let score = 0;
      for (let f = 0; f < width; f++) score += w[f] * evidence[at + f];
      scores[i] = score;
      if (score > highest) highest = score;
    }
    let others = 0;
    for (let i = 0; i < n; i++) {
      scores[i] = Math.exp(scores[i] - highest);
      if (i >= nTargets) others += scores[i];
    }
    const share = 1 / Math.sqrt(nTargets) / choices.length;
    let pull = 0; // on each other candidate, per e^score
    for (let p = 0; p < nTargets; p++) {
      const all = scores[p] + others;
      loss -= share * Math.log(scores[p] / all);
      pull += share / all;
      if (gradient) addScaled(gradient, evidence, { at: p * width, factor: share * (scores[p] / all - 1) });
    }
    if (!gradient) continue;
    for (let i = nTargets; i < n; i++) {
      addScaled(gradient, evidence, { at: i * width, factor: pull * scores[i] });
    }
  }
  for (let f = 0; f < width; f++) {
    loss += ridge * w[f] * w[f];
    if (gradient) gradient[f] += 2 * ridge * w[f];
  }
  return loss;
}

function addScaled(sum: Float64Array, x: Float32Array, { at, factor }: { at: number; factor: number }): void {
  for (let f = 0; f < sum.length; f++) sum[f] += factor * x[at + f];
}

const MEMORY = 8;
const MOST_STEPS = 60;
const TOLERANCE = 1e-5;

type Objective = (w: Float64Array, gradient: Float64Array) => number;

/** Where a convex `objective` is least, from `start`, by L-BFGS with a backtracking search. */
export function minimise(start: Float64Array, objective: Objective): Float64Array {
  let w: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(w.length);
  let value = objective(w, gradient);
  const memory: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  for (let step = 0; step < MOST_STEPS; step++) {
    const direction = towards(gradient, memory);
    const slope = dot(direction, gradient);
    let length = memory.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient) + 1e-300)) : 1;
    let next: Float64Array = w;
    const nextGradient = new Float64Array(w.length);
    let nextValue = value;
    for (; length > 1e-10; length /= 2) {
      next = w.map((x, f) => x + length * direction[f]);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) break;
    }
    if (!(nextValue < value)) break;
    const s = next.map((x, f) => x - w[f]);
    const y = nextGradient.map((x, f) => x - gradient[f]);
    const product = dot(s, y);
    if (product > 0) memory.push({ s, y, rho: 1 / product });
    if (memory.length > MEMORY) memory.shift();
    const gain = value - nextValue;
    [w, gradient, value] = [next, nextGradient, nextValue];
    if (gain < TOLERANCE * Math.abs(value)) break;
  }
  return w;
}

/** −H⁻¹ · gradient by the two loops of L-BFGS. */
function towards(
  gradient: Float64Array,
  memory: readonly { s: Float64Array; y: Float64Array; rho: number }[],
) {
  const q = gradient.slice();
  const alphas = memory.map(() => 0);
  for (let m = memory.length - 1; m >= 0; m--) {
    const { s, y, rho } = memory[m];
    alphas[m] = rho * dot(s, q);
    y.forEach((value, f) => q[f] -= alphas[m] * value);
  }
  const last = memory.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 1;
  q.forEach((value, f) => q[f] = value * scale);
  memory.forEach(({ s, y, rho }, m) => {
    const beta = rho * dot(y, q);
    s.forEach((value, f) => q[f] += (alphas[m] - beta) * value);
  });
  return q.map((value) => -value);
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < x.length; f++) sum += x[f] * y[f];
  return sum;
}
