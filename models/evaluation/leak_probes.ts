/** What the leak test looks into: the examples that models are trained on, and what a hold-out asks them. */
import { type Dataset, pass } from "../dataset.ts";
import { createFeatures, type FeatureShape } from "../features.ts";
import { scoreHoldout } from "./holdout.ts";
import type { Probe } from "./leak.ts";
import type { Scorer } from "../model.ts";
import { type Moment, type Ratings, rewind } from "../ratings.ts";
import { createRng } from "../rng.ts";

/** Inputs of both towers and the running mean of each rating, as the data set builder makes them. */
export function examplesProbe(
  dataset: Pick<Dataset, "catalogue" | "users" | "people" | "start">,
  shape: FeatureShape,
  signal: AbortSignal,
): Probe {
  const features = createFeatures(shape);
  return async (ratings) => {
    const rows = Array.from({ length: ratings.length }, (_, row) => row).filter((row) =>
      !ratings.isStale[row]
    );
    const asked = { ...ratings, isHeldOut: new Uint8Array(ratings.length) };
    const parts = { train: 0, validation: rows.length, n: rows.length }; // validation is not shuffled
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
