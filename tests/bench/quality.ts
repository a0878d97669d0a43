/**
 * How good the two-tower is on ratings that came after its training, beside the bias baseline under the same rules.
 *
 * Prequential: each test rating is predicted from everything before it, then observed, as in production. Frozen: both
 * know nothing after the cut, so that nine in ten test ratings are by people of whom nothing is known.
 */
import { createBias } from "../../models/bias.ts";
import type { Dataset } from "../../models/dataset.ts";
import { FeatureState } from "../../models/feature_state.ts";
import { twoTower } from "../../models/two_tower/presets.ts";
import { Histories } from "../../models/histories.ts";
import { IdIndex } from "../../models/id_index.ts";
import { predictRow, prequential, ratingScorers } from "../../models/evaluation/prequential.ts";
import { type Quality, ratingQuality } from "../../models/evaluation/quality.ts";
import { type Moment, observe, type Ratings } from "../../models/ratings.ts";
import { readCatalogue, readSplit, SPLITS } from "../support/splits.ts";
import { type Figure, type Report, spent, startClock } from "./benchmark.ts";
import { secondsPerGigaflop } from "./_calibration.ts";

const SPLIT = "mlsmall-time80";

export async function quality(): Promise<Report> {
  const data = readData();
  if (data === null) return missing();
  const { catalogue, users, train, test } = data;
  const dataset: Dataset = { catalogue, users, ratings: () => [train] };
  const signal = new AbortController().signal;
  const clock = startClock();
  const { scorer, report } = await twoTower.fit(dataset, {}, {
    seed: 1,
    signal,
    log() {},
    progress() {},
  });
  const fitted = clock();
  const scorers = { two_tower: scorer, bias: createBias() };
  const moment = { state: new FeatureState(catalogue), histories: new Histories(), users };
  for (let row = 0; row < train.length; row++) observe(moment, train, row);

  // Frozen first: the prequential pass moves the moment on.
  const frozen = frozenQuality(scorers, moment, test);
  let followed: Quality[] = [];
  const predicted = await spent(async () => {
    followed = await prequential(scorers, { moment, batch: test, signal });
  });
  const gigaflop = await secondsPerGigaflop();
  return {
    figures: [
      ...figuresOf("prequential", followed),
      ...figuresOf("frozen at the cut", frozen),
      {
        name: "fit, default configuration",
        value: fitted.cpuSeconds,
        unit: "CPU s",
        beside: { name: "10 GFLOP of plain products", value: 10 * gigaflop },
      },
      { name: "both models' prequential pass", value: predicted.cpuSeconds, unit: "CPU s" },
    ],
    notes: [
      `${SPLIT}: ${train.length} ratings before the cut, ${test.length} after it; cold: fewer than 5 ratings before ` +
      "the prediction; seed 1",
      `${report.engine}, ${report.epochs} epochs on all examples`,
    ],
  };
}

/** Null when a file is not there. */
function readData() {
  try {
    const catalogue = readCatalogue();
    const users = new IdIndex();
    const [train, test] = ["train", "test"].map((part) => readSplit(`${SPLIT}/${part}`, catalogue, users));
    return { catalogue, users, train, test };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function missing(): Report {
  return {
    figures: [],
    notes: [
      `not measured as the data are not at "${SPLITS}": set MATINEE_SPLITS to a folder that holds ${SPLIT}/train.csv ` +
      "and test.csv, with ml-latest-small/movies.csv beside it",
    ],
  };
}

/** RMSE and MAE when nothing after the cut is known. */
function frozenQuality(
  scorers: Parameters<typeof ratingScorers>[0],
  moment: Moment,
  ratings: Ratings,
): Quality[] {
  const rating = ratingScorers(scorers);
  return ratingQuality(
    Array.from({ length: ratings.length }, (_, row) => predictRow(rating, { moment, ratings, row })),
  );
}

/** One figure per slice and metric: the two-tower's beside the bias baseline's. */
function figuresOf(rule: string, measured: readonly Quality[]): Figure[] {
  return measured.filter(({ scorer }) => scorer === "two_tower").flatMap(({ slice, metric, value, n }) => {
    const other = measured.find((row) =>
      row.scorer === "bias" && row.slice === slice && row.metric === metric
    );
    if (other === undefined) return [];
    const who = slice === "all" ? "all" : `${slice} users`;
    return [{
      name: `${metric.toUpperCase()}, ${rule}, ${who} (${n})`,
      value,
      unit: "stars",
      beside: { name: "bias baseline", value: other.value },
    }];
  });
}
