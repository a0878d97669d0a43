/**
 * The two-tower on Matinee's own kernels: forward, back and Adam in one call a step.
 *
 * The same network as in plain TypeScript (`two_tower/towers.ts`) and in TensorFlow.js, which it is tested against.
 */
import type { Engine, EngineOptions, Trainer } from "../engine.ts";
import type { Examples } from "../examples.ts";
import { openKernels } from "../kernels/kernels.ts";
import {
  crossEntropy,
  dense,
  dot,
  dropout,
  line,
  normalise,
  sigmoid,
  squaredError,
  unitLength,
} from "../kernels/layers.ts";
import { createParameters } from "../kernels/parameters.ts";
import { openPool, type Pool } from "../kernels/pool.ts";
import { buildProgram, type Program } from "../kernels/program.ts";
import { table, tableGradient, type TableShape, tableValues } from "../kernels/table.ts";
import type { Tape, Tensor } from "../kernels/tape.ts";
import { type Head, HEADS } from "../two_tower/heads.ts";
import { NORM_EPSILON, type Tower, type Weights } from "../two_tower/towers.ts";

/** Compiles the kernels (or finds them in the cache) and starts as many threads as `compute` says. */
export async function openKernelEngine({ compute, log }: EngineOptions): Promise<Engine> {
  const { cache = null, workers = navigator.hardwareConcurrency, simd = "relaxed" } = compute ?? {};
  const pool = openPool(await openKernels({ cache, simd }, log), workers);
  return {
    name: pool.kernels.name,
    train: (weights, seed) => train(pool, weights, seed),
    [Symbol.dispose]: pool[Symbol.dispose],
  };
}

function train(pool: Pool, initial: Weights, seed = 0): Trainer {
  const parameters = createParameters(pool.kernels);
  const growing = (isTraining: boolean, hasDropout: boolean) =>
    growingProgram((capacity) =>
      buildProgram({ pool, parameters, capacity, isTraining, seed }, network(initial, hasDropout))
    );
  const [training, measuring, predicting] = [
    growing(true, true),
    growing(true, false),
    growing(false, false),
  ];
  const current = (numbers: Numbers) => assembled(initial, numbers);
  // The block of parameters is there from the first program on, and weights may be asked for before any step.
  training.of(1);
  return {
    step(examples, learningRate) {
      const program = filled(training.of(examples.length), examples, initial.head);
      return Promise.resolve(program.step(examples.length, learningRate));
    },
    predict(examples) {
      const program = filled(predicting.of(examples.length), examples, initial.head);
      program.run(examples.length);
      return Promise.resolve(program.rows("predicted").slice(0, examples.length));
    },
    gradient(examples) {
      const program = filled(measuring.of(examples.length), examples, initial.head);
      program.run(examples.length);
      return Promise.resolve(current(gradientBy(program, initial, examples)));
    },
    weights: () =>
      current((name, table) => table ? tableValues(parameters, name, table) : parameters.view(name).slice()),
    [Symbol.dispose]() {
      for (const each of [training, measuring, predicting, parameters]) each[Symbol.dispose]();
    },
  };
}

/** A program that is built again when a batch is larger than any before. */
function growingProgram(build: (capacity: number) => Program) {
  let program: Program | null = null;
  return {
    of(n: number): Program {
      if (program && program.capacity >= n) return program;
      program?.[Symbol.dispose]();
      return program = build(n);
    },
    [Symbol.dispose]: () => program?.[Symbol.dispose](),
  };
}

/** What the head makes of two towers, and its loss (see `two_tower/heads.ts`). */
function network(weights: Weights, hasDropout: boolean): (tape: Tape) => void {
  const { head, logScale, offset } = weights;
  return (tape) => {
    const sides = (["user", "movie"] as const).map((side) => tower(tape, { side, weights, hasDropout }));
    const [user, movie] = sides;
    const into = tape.output("predicted", 1);
    const target = tape.isTraining ? tape.input("targets", 1) : null;
    if (head === "logistic") {
      const logit = line(tape, dot(tape, user, movie), { logScale, offset });
      if (target) crossEntropy(tape, logit, target);
      else sigmoid(tape, logit, into);
      return;
    }
    const predicted = head === "line"
      ? line(tape, dot(tape, user, movie), { base: tape.input("means", 1), logScale, offset, into })
      : dot(tape, user, movie, into);
    if (target) squaredError(tape, predicted, target);
  };
}

interface TowerOptions {
  side: "user" | "movie";
  weights: Weights;
  hasDropout: boolean;
}

function tower(tape: Tape, { side, weights, hasDropout }: TowerOptions): Tensor {
  const { layers, dropout: rate } = weights[side];
  let top = firstOf(tape, side, weights[side]);
  layers.forEach(({ units, kernel, bias }, l) => {
    const isLast = l === layers.length - 1;
    top = dense(tape, top, { name: `${side}.${l}`, units, kernel, bias, isCut: !isLast });
    if (l === 0 && !isLast && hasDropout) top = dropout(tape, top, rate);
  });
  return HEADS[weights.head].isUnit ? unitLength(tape, top, NORM_EPSILON) : top;
}

/** [rows of the tables, (x − mean) ∘ scale], what the first layer reads. */
function firstOf(tape: Tape, side: string, { tables, mean, scale, layers }: Tower): Tensor {
  const x = tape.input(side, tables.length + mean.length);
  const numbers = { of: x, from: tables.length };
  if (tables.length === 0) return normalise(tape, numbers, { name: side, mean, scale });
  const learns = tables.reduce((sum, { dimension }) => sum + dimension, 0);
  const into = tape.wide(`${side}.first`, layers[0].inputs, learns);
  let from = 0;
  tables.forEach((each, t) => {
    table(tape, { of: x, from: t }, { ...each, name: `${side}.table.${t}`, into: { of: into, from } });
    from += each.dimension;
  });
  return normalise(tape, numbers, { name: side, mean, scale, into: { of: into, from } });
}

function filled(program: Program, examples: Examples, head: Head): Program {
  program.rows("user").set(examples.user);
  program.rows("movie").set(examples.movie);
  if (head === "line") program.rows("means").set(examples.means);
  if (!program.isTraining) return program;
  const targets = program.rows("targets");
  const { target } = HEADS[head];
  for (let i = 0; i < examples.length; i++) targets[i] = target(examples.ratings[i]);
  return program;
}

/** Trained numbers by name; of a table when its shape is given. */
type Numbers = (name: string, table?: TableShape) => Float32Array;

/** Numbers by name, in the shape of `like`. */
function assembled(like: Weights, numbers: Numbers): Weights {
  const tower = (side: "user" | "movie"): Tower => ({
    ...like[side],
    tables: like[side].tables.map((table, t) => ({ ...table, values: numbers(`${side}.table.${t}`, table) })),
    layers: like[side].layers.map((layer, l) => ({
      ...layer,
      kernel: numbers(`${side}.${l}.kernel`),
      bias: numbers(`${side}.${l}.bias`),
    })),
  });
  const line = HEADS[like.head].hasLine;
  return {
    ...like,
    user: tower("user"),
    movie: tower("movie"),
    ...(line && { logScale: numbers("logScale")[0], offset: numbers("offset")[0] }),
  };
}

/** The gradient that the last run of `program` left, by name of what is trained. */
function gradientBy(
  program: Program,
  like: Weights,
  { length: n }: Examples,
): Numbers {
  return (name) => {
    const [side, kind, t] = name.split(".");
    if (kind !== "table" || (side !== "user" && side !== "movie")) return program.gradient(name, n);
    const { tables, layers } = like[side];
    const [inputs, width] = [tables.length + like[side].mean.length, layers[0].inputs];
    const from = tables.slice(0, Number(t)).reduce((sum, { dimension }) => sum + dimension, 0);
    return tableGradient(
      tables[Number(t)],
      { of: program.rows(side).subarray(0, n * inputs), stride: inputs, from: Number(t) },
      { of: program.rows(`${side}.first.gradient`), stride: width, from },
    );
  };
}
