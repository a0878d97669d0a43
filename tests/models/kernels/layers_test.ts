import assert from "@std/assert";
import {
  crossEntropy,
  dot,
  dropout,
  sigmoid,
  squaredError,
  unitLength,
} from "../../../models/kernels/layers.ts";
import { createParameters } from "../../../models/kernels/parameters.ts";
import { buildProgram } from "../../../models/kernels/program.ts";
import type { Tape } from "../../../models/kernels/tape.ts";
import { built, named, normalised, numbers, smallPool } from "./_networks.ts";

/** Two shards, the second of a few rows. */
const N = 260;

interface Case {
  network(tape: Tape): void;
  /** The loss in doubles by the trained numbers; `w(name)` gives them. */
  loss(w: (name: string) => ArrayLike<number>, x: Float32Array, targets: Float32Array): number;
  names: readonly string[];
}

/** y [n × units] = x W + b in doubles. */
function product(x: Float64Array, w: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const units = b.length;
  const inputs = w.length / units;
  return Float64Array.from({ length: x.length / inputs * units }, (_, at) => {
    const [row, j] = [Math.floor(at / units), at % units];
    let sum = b[j];
    for (let i = 0; i < inputs; i++) sum += x[row * inputs + i] * w[i * units + j];
    return sum;
  });
}

const cut = (x: Float64Array) => x.map((value) => Math.max(value, 0));

const meanSquare = (y: Float64Array, targets: Float32Array) =>
  y.reduce((sum, value, i) => sum + (value - targets[i]) ** 2, 0) / y.length;

function overBatch(x: Float64Array, gamma: ArrayLike<number>, beta: ArrayLike<number>): Float64Array {
  const [width, n] = [gamma.length, x.length / gamma.length];
  const mean = Float64Array.from(
    beta,
    (_, k) => x.reduce((sum, value, i) => i % width === k ? sum + value : sum, 0) / n,
  );
  const variance = mean.map((mu, k) =>
    x.reduce((sum, value, i) => i % width === k ? sum + (value - mu) ** 2 : sum, 0) / n
  );
  return x.map((value, i) => {
    const k = i % width;
    return gamma[k] * (value - mean[k]) / Math.sqrt(variance[k] + 1e-3) + beta[k];
  });
}

function rowsOfUnitLength(x: Float64Array, width: number): Float64Array {
  return x.map((value, i) => {
    const row = x.subarray(i - i % width, i - i % width + width);
    return value / Math.sqrt(row.reduce((sum, each) => sum + each * each, 1e-12));
  });
}

const CASES: Record<string, Case> = {
  "dense with ReLU, twice": {
    network(tape) {
      const h = named(tape, tape.input("x", 7), { name: "h", units: 9, isCut: true });
      squaredError(tape, named(tape, h, { name: "out", units: 1 }), tape.input("targets", 1));
    },
    loss: (w, x, targets) =>
      meanSquare(
        product(
          cut(product(Float64Array.from(x), w("h.kernel"), w("h.bias"))),
          w("out.kernel"),
          w("out.bias"),
        ),
        targets,
      ),
    names: ["h.kernel", "h.bias", "out.kernel", "out.bias"],
  },
  "batch normalisation between dense layers": {
    network(tape) {
      const h = normalised(
        tape,
        named(tape, tape.input("x", 7), { name: "h", units: 8, isCut: true }),
        "norm",
      );
      squaredError(tape, named(tape, h, { name: "out", units: 1 }), tape.input("targets", 1));
    },
    loss(w, x, targets) {
      const h = cut(product(Float64Array.from(x), w("h.kernel"), w("h.bias")));
      return meanSquare(
        product(overBatch(h, w("norm.gamma"), w("norm.beta")), w("out.kernel"), w("out.bias")),
        targets,
      );
    },
    names: ["h.kernel", "h.bias", "norm.gamma", "norm.beta", "out.kernel", "out.bias"],
  },
  "unit length, and cross-entropy": {
    network(tape) {
      const h = unitLength(tape, named(tape, tape.input("x", 7), { name: "h", units: 5 }), 1e-12);
      crossEntropy(tape, named(tape, h, { name: "out", units: 1 }), tape.input("targets", 1));
    },
    loss(w, x, targets) {
      const h = rowsOfUnitLength(product(Float64Array.from(x), w("h.kernel"), w("h.bias")), 5);
      const z = product(h, w("out.kernel"), w("out.bias"));
      const cost = (value: number, t: number) =>
        Math.max(value, 0) - value * t + Math.log1p(Math.exp(-Math.abs(value)));
      return z.reduce((sum, value, i) => sum + cost(value, targets[i]), 0) / z.length;
    },
    names: ["h.kernel", "h.bias", "out.kernel", "out.bias"],
  },
  "the dot product of two parts of one tensor": {
    network(tape) {
      const [x, both] = [tape.input("x", 7), tape.tensor(8)];
      const [a, b] = [0, 4].map((from) =>
        named(tape, x, { name: `to.${from}`, units: 4, isCut: from > 0, into: tape.part(both, from, 4) })
      );
      squaredError(tape, dot(tape, a, b), tape.input("targets", 1));
    },
    loss(w, x, targets) {
      const rows = Float64Array.from(x);
      const a = product(rows, w("to.0.kernel"), w("to.0.bias"));
      const b = cut(product(rows, w("to.4.kernel"), w("to.4.bias")));
      const dots = Float64Array.from(
        { length: N },
        (_, i) => [0, 1, 2, 3].reduce((sum, k) => sum + a[4 * i + k] * b[4 * i + k], 0),
      );
      return meanSquare(dots, targets);
    },
    names: ["to.0.kernel", "to.0.bias", "to.4.kernel", "to.4.bias"],
  },
};

for (const simd of ["relaxed", "portable"] as const) {
  for (const [name, { network, loss, names }] of Object.entries(CASES)) {
    Deno.test(`gradients of ${name} equal central differences in float64 (${simd})`, async () => {
      using pool = await smallPool({ simd });
      using made = built(pool, network, N);
      const { program, view } = made;
      const [x, targets] = ["x", "targets"].map((rows) => program.rows(rows).slice());
      const values = new Map(names.map((each) => [each, Float64Array.from(view(each))]));
      const found = () => loss((each) => values.get(each)!, x, targets);
      assert.ok(Math.abs(program.run(N) / N - found()) < 1e-5 * found());
      for (const [each, numbers] of values) {
        const gradient = program.gradient(each, N);
        for (let i = 0; i < numbers.length; i++) {
          const at = numbers[i];
          const [high, low] = [1e-5, -1e-5].map((step) => {
            numbers[i] = at + step;
            return found();
          });
          numbers[i] = at;
          const wanted = (high - low) / 2e-5;
          assert.ok(
            Math.abs(gradient[i] - wanted) < 2e-5 * Math.max(1, Math.abs(wanted)),
            `${each}[${i}]: ${gradient[i]}, not ${wanted}`,
          );
        }
      }
    });
  }
}

Deno.test("dropout() keeps its share, scales what it keeps, and gives gradients to that alone", async () => {
  using pool = await smallPool();
  const network = (tape: Tape) => {
    const h = dropout(tape, named(tape, tape.input("x", 3), { name: "h", units: 40 }), 0.3);
    squaredError(tape, named(tape, h, { name: "out", units: 1 }), tape.input("targets", 1));
  };
  using made = built(pool, network, 2_000);
  // Ones in, ones through: y counts the units that were kept, and the gradient of a unit's bias follows it.
  made.program.rows("x").fill(0);
  made.program.rows("targets").fill(0);
  made.view("h.bias").fill(1);
  made.view("out.kernel").fill(1);
  made.view("out.bias").fill(0);
  const meanSquareOfKept = made.program.run(2_000) / 2_000;
  // Σ of 40 units of mean 1 and variance p / (1 − p).
  assert.ok(Math.abs(meanSquareOfKept - (1600 + 40 * 0.3 / 0.7)) < 8, `${meanSquareOfKept}`);
  // Rows 256 to 511 draw anew, though they are a shard of their own.
  assert.notEqual(made.program.run(512), 2 * made.program.run(256));
  made.program.run(2_000);
  const kept = made.program.gradient("out.kernel", 2_000);
  assert.ok(kept.every((value) => Math.abs(value / 80 - 1) < 0.1));
  const other = made.program.step(2_000, 0);
  made.program.step(2_000, 0);
  assert.notEqual(other, 2_000 * meanSquareOfKept);
});

Deno.test("batchNorm() keeps moving averages, and predicts with them", async () => {
  using pool = await smallPool();
  using parameters = createParameters(pool.kernels);
  const network = (tape: Tape) => {
    const h = normalised(tape, named(tape, tape.input("x", 7), { name: "h", units: 8 }), "norm");
    const out = named(tape, h, { name: "out", units: 1 });
    if (tape.isTraining) squaredError(tape, out, tape.input("targets", 1));
    else sigmoid(tape, out, tape.output("predicted", 1));
  };
  const options = { pool, parameters, capacity: N };
  using training = buildProgram({ ...options, isTraining: true }, network);
  using predicting = buildProgram({ ...options, isTraining: false }, network);
  const x = numbers("x", 7 * N);
  training.rows("x").set(x);
  training.step(N, 0);
  const h = product(Float64Array.from(x), parameters.view("h.kernel"), parameters.view("h.bias"));
  const mean = h.reduce((sum, value, i) => i % 8 === 2 ? sum + value : sum, 0) / N;
  const variance = h.reduce((sum, value, i) => i % 8 === 2 ? sum + (value - mean) ** 2 : sum, 0) / N;
  assert.ok(Math.abs(parameters.view("norm.moving_mean")[2] - 0.01 * mean) < 1e-6);
  assert.ok(Math.abs(parameters.view("norm.moving_variance")[2] - (0.99 + 0.01 * variance)) < 1e-6);
  predicting.rows("x").set(x);
  predicting.run(1);
  const y = Float64Array.from({ length: 8 }, (_, k) => {
    const [mu, sigma] = ["moving_mean", "moving_variance"].map((what) => parameters.view(`norm.${what}`)[k]);
    return parameters.view("norm.gamma")[k] * (h[k] - mu) / Math.sqrt(sigma + 1e-3) +
      parameters.view("norm.beta")[k];
  });
  const [logit] = product(y, parameters.view("out.kernel"), parameters.view("out.bias"));
  assert.ok(Math.abs(predicting.rows("predicted")[0] - 1 / (1 + Math.exp(-logit))) < 1e-5);
});
