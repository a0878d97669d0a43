/** What the leak test looks into: the examples that models are trained on, and what a hold-out asks them. */
import { type Dataset, pass, passThrough } from "../dataset.ts";
import { createFeatures, type FeatureShape } from "../features.ts";
import { scoreHoldout } from "./holdout.ts";
import type { Probe } from "./leak.ts";
import type { Scorer } from "../model.ts";
import { type Moment, type MovingMoment, type Ratings, rewind } from "../ratings.ts";
import { createRng } from "../rng.ts";
import { createBatch } from "../two_tower/hybrid/batch.ts";
import { createHybridWindow } from "../two_tower/hybrid/window.ts";

/** Inputs of both towers and the running mean of each rating, as the data set builder makes them. */
export function examplesProbe(
  dataset: Pick<Dataset, "catalogue" | "users" | "people" | "start">,
  shape: FeatureShape,
  signal: AbortSignal,
): Probe {
  const features = createFeatures(shape);
  return async (ratings) => {
    const { rows, asked, parts } = allAsked(ratings);
    const options = { features, parts, batchSize: 256, window: 1024, rng: createRng(0), signal };
    const found = new Map<number, Float32Array>();
    for await (const { examples } of pass({ ...dataset, ratings: () => [asked] }, options)) {
      for (let i = 0; i < examples.length; i++) {
        const { userWidth, movieWidth } = features;
        const values = new Float32Array(userWidth + movieWidth + 1);
        values.set(examples.user.subarray(i * userWidth, (i + 1) * userWidth));
        values.set(examples.movie.subarray(i * movieWidth, (i + 1) * movieWidth), userWidth);
        values[userWidth + movieWidth] = examples.means[i];
        found.set(rows[found.size], values);
      }
    }
    return found;
  };
}

/** The hybrid's examples: the inputs of both towers, and the person's last ratings as a bag. */
export function hybridExamplesProbe(
  dataset: Pick<Dataset, "catalogue" | "users" | "people" | "start">,
  shape: FeatureShape,
  signal: AbortSignal,
): Probe {
  const features = createFeatures(shape);
  const { userWidth, movieWidth } = features;
  const moments = { user: unmoved(userWidth), movie: unmoved(movieWidth) };
  const rule = { liking: 1, retrieval_recency: 0.9, rating_recency: 0.9 };
  return async (ratings) => {
    const { rows, asked, parts } = allAsked(ratings);
    const found = new Map<number, Float32Array>();
    const windowOf = (start: MovingMoment | null) =>
      createHybridWindow({
        features,
        moments,
        rule,
        capacity: rows.length, // held to the end: what comes after an example must not reach it meanwhile
        batch: createBatch({
          batchSize: 256,
          shard: 256,
          extra: 0,
          widths: { user: userWidth, movie: movieWidth },
        }, PLAIN),
        rows: { users: positions(dataset.users.size), movies: positions(dataset.catalogue.movies.size) },
        logQ: new Float32Array(dataset.catalogue.movies.size),
        positive: 4,
        idDropout: 0,
        gap: 0,
        rng: createRng(0),
      }, start);
    const own = { ...dataset, ratings: () => [asked] };
    for await (const { examples } of passThrough(own, { parts, signal }, windowOf)) {
      for (let i = 0; i < examples.length; i++) {
        const [from, to] = [examples.bagStarts[i], examples.bagStarts[i + 1]];
        const values = [
          examples.user.subarray(i * userWidth, (i + 1) * userWidth),
          examples.movie.subarray(i * movieWidth, (i + 1) * movieWidth),
          [examples.base[i], examples.means[i]],
          examples.bags.movies.subarray(from, to),
          examples.bags.retrieval.subarray(from, to),
          examples.bags.rating.subarray(from, to),
        ];
        found.set(rows[found.size], Float32Array.from(values.flatMap((part) => [...part])));
      }
    }
    return found;
  };
}

const PLAIN = { floats: (n: number) => new Float32Array(n), integers: (n: number) => new Int32Array(n) };
const positions = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const unmoved = (n: number) => ({ mean: new Float32Array(n), scale: new Float32Array(n).fill(1) });

/** Every row as an example, of a part that is not shuffled. */
function allAsked(ratings: Ratings) {
  const rows = Array.from({ length: ratings.length }, (_, row) => row).filter((row) => !ratings.isStale[row]);
  const parts = { train: 0, validation: rows.length, n: rows.length };
  return { rows, asked: { ...ratings, isHeldOut: new Uint8Array(ratings.length) }, parts };
}

/** Predictions and lists of the held-out rows, as the hold-out scores them; `moment` is put back after each run. */
export function holdoutProbe(
  scorers: Readonly<Record<string, Scorer>>,
  moment: Moment,
  { signal, score = scoreHoldout }: { signal: AbortSignal; score?: typeof scoreHoldout },
): Probe {
  return async (ratings) => {
    try {
      const { people } = await score(scorers, { moment, window: [ratings], signal });
      const rowsOf = heldOutRows(ratings);
      return new Map(
        people.flatMap(({ user, lists, predictions }) =>
          predictions.map(({ predicted }, i): [number, number[]] => {
            const listed = i === 0 ? Object.values(lists).flatMap((list) => [...list]) : [];
            return [rowsOf.get(user)![i], [...Object.values(predicted), ...listed]];
          })
        ),
      );
    } finally {
      rewind(moment, ratings);
    }
  };
}

function heldOutRows(ratings: Ratings): Map<number, number[]> {
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < ratings.length; row++) {
    if (ratings.isStale[row] || !ratings.isHeldOut[row]) continue;
    const rows = rowsOf.get(ratings.users[row]);
    if (rows) rows.push(row);
    else rowsOf.set(ratings.users[row], [row]);
  }
  return rowsOf;
}
