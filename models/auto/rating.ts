/**
 * The family's best answer in stars: a stack of Bayesian factorization machines and what people gave at that time.
 *
 *   r̂ = centre (the mean of the base predictions) + correction of the slice: people with a history, newcomers
 *
 * The corrections are learnt by stacking (Wolpert 1992): bases are fitted on inner train and predict the rows that
 * validation asks about, cut as the question was; then the bases are fitted again on the whole of train, more chains
 * of each. Predictions are clipped to train's scale.
 */
import { basesFor, fitBases } from "./rating/bases.ts";
import type { Dataset } from "../dataset.ts";
import { momentAfter } from "../evaluation/frozen.ts";
import {
  COLUMNS,
  createFeatures,
  type Features,
  MOVIE_DEVIATION,
  N_MOVIE_COLUMNS,
} from "./rating/features.ts";
import { breathe } from "../breathe.ts";
import { readTriples, type Triples } from "../fm/triples.ts";
import type { Scorer } from "../model.ts";
import type { Moment } from "../ratings.ts";
import type { QuestionOptions } from "./question.ts";
import { type Correction, fitSlice } from "./rating/slice.ts";
import { cutLike } from "./validation.ts";

/** Of both sizes of data. */
const N_BASES = basesFor(0).length;
/** Rows of validation that the corrections are learnt from, at most. */
const MOST_ROWS = 60_000;
const ROWS_PER_BREATH = 2048;

export interface RatingStack {
  scorer: Scorer & Required<Pick<Scorer, "predict">>;
  report: Record<string, number | string>;
}

/**
 * Fits the stack for `options.question`, of which only users and times are read.
 *
 * @throws {RangeError} when train is too small to be cut.
 */
export async function fitRating(dataset: Dataset, options: QuestionOptions): Promise<RatingStack> {
  const { signal } = options;
  const validation = await cutLike(dataset, options);
  options.log(`validation: ${validation.reason}`);
  const inner = await prepare(validation.train, { ...options, isFinal: false });
  const { asked } = validation;
  const rows = Int32Array.from(
    { length: Math.min(asked.length, MOST_ROWS) },
    (_, i) => Math.floor(i * asked.length / Math.min(asked.length, MOST_ROWS)),
  );
  const examples = await describe(inner, { ...asked, rows, signal });
  const corrections = {
    warm: await fitSlice(sliceOf(examples, { isWarm: true, asked, rows, stack: inner }), options),
    cold: await fitSlice(sliceOf(examples, { isWarm: false, asked, rows, stack: inner }), options),
  };
  for (const [slice, { name, before, after }] of Object.entries(corrections)) {
    options.log(`${slice}: ${name}, RMSE ${before.toFixed(4)} → ${after.toFixed(4)}`);
  }
  const whole = await prepare(dataset, { ...options, isFinal: true });
  return {
    scorer: createStack(whole, corrections),
    report: {
      validation: validation.reason,
      warm: corrections.warm.name,
      warm_rmse: corrections.warm.after,
      cold: corrections.cold.name,
      cold_rmse: corrections.cold.after,
    },
  };
}

/** Everything that predictions are made from, fitted on one data set. */
interface Prepared {
  bases: Awaited<ReturnType<typeof fitBases>>;
  features: Features;
  moment: Moment;
  least: number;
  most: number;
}

async function prepare(dataset: Dataset, options: QuestionOptions & { isFinal: boolean }): Promise<Prepared> {
  const { triples } = await readTriples(dataset, options.signal);
  const bases = basesFor(triples.stars.length);
  return {
    bases: await fitBases(
      bases.map((base) => options.isFinal ? base : { ...base, chains: 1 }),
      dataset,
      options,
    ),
    features: createFeatures(triples, {
      catalogue: dataset.catalogue,
      nUsers: options.question.users.reduce((most, user) => Math.max(most, user + 1), dataset.users.size),
      hasTimes: options.question.ratedAt !== null && hasTimes(triples),
    }),
    moment: await momentAfter(dataset, options.signal),
    least: triples.stars.reduce((least, r) => Math.min(least, r), Infinity),
    most: triples.stars.reduce((most, r) => Math.max(most, r), -Infinity),
  };
}

function hasTimes({ ratedAt }: Triples): boolean {
  return ratedAt.some((seconds) => seconds !== ratedAt[0]);
}

const WIDTH = N_BASES + COLUMNS.length;
/** Newcomers have the bases' and the movies' columns, which stand first. */
const COLD_WIDTH = N_BASES + N_MOVIE_COLUMNS;

interface Rows {
  users: Int32Array;
  movies: Int32Array;
  ratedAt: Float64Array;
  rows: Int32Array;
  signal: AbortSignal;
}

/** The columns of each of `rows`: base predictions, then features [rows × WIDTH]. */
async function describe(
  stack: Prepared,
  { users, movies, ratedAt, rows, signal }: Rows,
): Promise<Float64Array> {
  const values = new Float64Array(rows.length * WIDTH);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    writeRow(stack, { user: users[row], movie: movies[row], ratedAt: ratedAt[row] }, values, i * WIDTH);
    if (i % ROWS_PER_BREATH === 0) await breathe(signal);
  }
  return values;
}

function writeRow(
  { bases, features, moment }: Prepared,
  asked: { user: number; movie: number; ratedAt: number | undefined },
  values: Float64Array,
  at: number,
): void {
  bases.forEach((base, b) => values[at + b] = base.predict(moment, asked.user, asked.movie));
  features.write(asked, values, at + bases.length);
}

/**
 * What a correction is added to: the mean of the bases, for newcomers of the movie's own mean as well. Where nothing
 * is known of a person, three different views of the movie are better than the best of them (time80: 1.006, 1.013 and
 * 1.013 alone, 1.0047 together; an earlier cut: .988, .966, .970 and .967).
 */
function centreOf(
  { features }: Prepared,
  values: Float64Array,
  { at, isWarm }: { at: number; isWarm: boolean },
): number {
  let sum = 0;
  for (let b = 0; b < N_BASES; b++) sum += values[at + b];
  if (isWarm) return sum / N_BASES;
  return (sum + features.mean + values[at + N_BASES + MOVIE_DEVIATION]) / (N_BASES + 1);
}

function sliceOf(
  values: Float64Array,
  { isWarm, asked, rows, stack }: {
    isWarm: boolean;
    asked: { users: Int32Array; ratings: Float32Array };
    rows: Int32Array;
    stack: Prepared;
  },
) {
  const width = isWarm ? WIDTH : COLD_WIDTH;
  const chosen = Int32Array.from(rows.keys()).filter((i) =>
    stack.features.isWarm(asked.users[rows[i]]) === isWarm
  );
  const table = new Float64Array(chosen.length * width);
  chosen.forEach((i, k) => table.set(values.subarray(i * WIDTH, i * WIDTH + width), k * width));
  return {
    table: { values: table, width },
    targets: Float64Array.from(
      chosen,
      (i) => asked.ratings[rows[i]] - centreOf(stack, values, { at: i * WIDTH, isWarm }),
    ),
    users: Int32Array.from(chosen, (i) => asked.users[rows[i]]),
  };
}

function createStack(
  stack: Prepared,
  { warm, cold }: Record<"warm" | "cold", Correction>,
): RatingStack["scorer"] {
  const row = new Float64Array(WIDTH);
  return {
    model: "auto",
    predict(moment, user, movie, ratedAt) {
      writeRow({ ...stack, moment }, { user, movie, ratedAt }, row, 0);
      const isWarm = stack.features.isWarm(user);
      const stars = centreOf(stack, row, { at: 0, isWarm }) + (isWarm ? warm : cold).predict(row, 0);
      return Math.min(stack.most, Math.max(stack.least, stars));
    },
  };
}
