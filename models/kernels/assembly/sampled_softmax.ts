// Sampled softmax with logQ correction (Bengio & Senécal 2008; Yi et al. 2019) over the candidates of a shard.
//
//   p_ij = exp(z_ij − ln q_j) / Σ_k exp(z_ik − ln q_k),   L = scale · Σ_i w_i · (−ln p_ii),   ∂L/∂z_ij = scale · w_i · (p_ij − [i = j])
//
// Candidate i of row i is its own movie; another candidate that is the same movie is an accidental hit and leaves the
// sum. q_j is how often movie j is expected among the candidates.

import { madd } from "./simd";

/** e^x for −87 < x ≤ 88, relative error below 3e-7: 2^n · e^r with |r| ≤ ln 2 / 2, e^r by its series to r⁶. */
function exponential(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.4426950408889634)));
  const r = madd(n, f32x4.splat(2.12194440e-4), madd(n, f32x4.splat(-0.693359375), x));
  let p = f32x4.splat(1 / 720);
  p = madd(p, r, f32x4.splat(1 / 120));
  p = madd(p, r, f32x4.splat(1 / 24));
  p = madd(p, r, f32x4.splat(1 / 6));
  p = madd(p, r, f32x4.splat(0.5));
  p = madd(p, r, f32x4.splat(1));
  p = madd(p, r, f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23));
}

/**
 * Logits [n × candidates] become their gradient; returns Σ w_i · (−ln p_ii). A multiple of 4 of candidates is the
 * fast way. `rows` and `logQ` are the candidates'; rows without a weight get zeros.
 */
export function sampledSoftmax(
  logits: usize,
  n: i32,
  candidates: i32,
  rows: usize,
  logQ: usize,
  weights: usize,
  scale: f32,
): f64 {
  const bytes = <usize> candidates << 2;
  const whole = bytes & ~15;
  let loss: f64 = 0;
  for (let i = 0; i < n; i++) {
    const z = logits + <usize> i * bytes;
    const weight = load<f32>(weights + (<usize> i << 2));
    if (weight == 0) {
      memory.fill(z, 0, bytes);
      continue;
    }
    const own = load<f32>(z + (<usize> i << 2)) - load<f32>(logQ + (<usize> i << 2));
    const row = load<i32>(rows + (<usize> i << 2));
    const best = shift(z, bytes, rows, logQ, row);
    store<f32>(z + (<usize> i << 2), own);
    const top = max(best, own);
    let lanes = f32x4.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const x = f32x4.max(f32x4.sub(v128.load(z + at), f32x4.splat(top)), f32x4.splat(-87));
      const value = v128.and(exponential(x), f32x4.gt(v128.load(z + at), f32x4.splat(-1e30)));
      v128.store(z + at, value);
      lanes = f32x4.add(lanes, value);
    }
    let sum = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + f32x4.extract_lane(lanes, 2) +
      f32x4.extract_lane(lanes, 3);
    for (let at = whole; at < bytes; at += 4) {
      const x = load<f32>(z + at);
      const value = x > -1e30 ? f32x4.extract_lane(exponential(f32x4.splat(max(x - top, -87))), 0) : 0;
      store<f32>(z + at, value);
      sum += value;
    }
    loss += <f64> weight * (Math.log(<f64> sum) + <f64> top - <f64> own);
    const share = scale * weight / sum;
    for (let at: usize = 0; at < whole; at += 16) {
      v128.store(z + at, f32x4.mul(v128.load(z + at), f32x4.splat(share)));
    }
    for (let at = whole; at < bytes; at += 4) store<f32>(z + at, load<f32>(z + at) * share);
    store<f32>(z + (<usize> i << 2), load<f32>(z + (<usize> i << 2)) - scale * weight);
  }
  return loss;
}

/** z ← z − ln q, and −∞ (−2e30) where the candidate is movie `row`; returns the greatest that is left. */
function shift(z: usize, bytes: usize, rows: usize, logQ: usize, row: i32): f32 {
  let most = f32x4.splat(-2e30);
  const whole = bytes & ~15;
  for (let at: usize = 0; at < whole; at += 16) {
    const isHit = i32x4.eq(v128.load(rows + at), i32x4.splat(row));
    const value = f32x4.sub(v128.load(z + at), v128.load(logQ + at));
    const kept = v128.bitselect(f32x4.splat(-2e30), value, isHit);
    v128.store(z + at, kept);
    most = f32x4.max(most, kept);
  }
  let best = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  for (let at = whole; at < bytes; at += 4) {
    const isHit = load<i32>(rows + at) == row;
    const value: f32 = isHit ? -2e30 : load<f32>(z + at) - load<f32>(logQ + at);
    store<f32>(z + at, value);
    best = max(best, value);
  }
  return best;
}
