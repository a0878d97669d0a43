// Losses: the mean over the whole batch is what is minimised; each shard leaves its sum, in float64.

import { address, batchRows, count, rows, shard, stride, tensor } from "./state";

/** Σ (y − t)² and dy = 2 (y − t) / n: [y, stride, t, stride, dy, stride, sums] */
export function squaredError(): void {
  const share: f32 = 2 / <f32> batchRows;
  let sum: f64 = 0;
  let y = tensor(0);
  let t = tensor(2);
  let dy = tensor(4);
  for (let row = 0; row < rows; row++) {
    const error = load<f32>(y) - load<f32>(t);
    sum += <f64> error * error;
    store<f32>(dy, error * share);
    y += stride(0);
    t += stride(2);
    dy += stride(4);
  }
  store<f64>(address(6) + (<usize> shard << 3), sum);
}

/** p = 1 / (1 + e^−x): [x, stride, p, stride] */
export function sigmoid(): void {
  let x = tensor(0);
  let p = tensor(2);
  for (let row = 0; row < rows; row++) {
    store<f32>(p, <f32> (1 / (1 + Math.exp(-load<f32>(x)))));
    x += stride(0);
    p += stride(2);
  }
}

/**
 * Binary cross-entropy on logits, −t ln p − (1 − t) ln(1 − p) = max(x, 0) − x t + ln(1 + e^−|x|), and dx = (p − t) / n:
 * [x, stride, t, stride, dx, stride, sums]
 */
export function crossEntropy(): void {
  const share: f64 = 1 / <f64> batchRows;
  let sum: f64 = 0;
  let x = tensor(0);
  let t = tensor(2);
  let dx = tensor(4);
  for (let row = 0; row < rows; row++) {
    const logit = <f64> load<f32>(x);
    const target = <f64> load<f32>(t);
    const small = Math.exp(-Math.abs(logit));
    sum += max<f64>(logit, 0) - logit * target + Math.log1p(small);
    const p = (logit >= 0 ? 1 : small) / (1 + small);
    store<f32>(dx, <f32> ((p - target) * share));
    x += stride(0);
    t += stride(2);
    dx += stride(4);
  }
  store<f64>(address(6) + (<usize> shard << 3), sum);
}
