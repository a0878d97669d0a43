/** The ratings that a version is trained on: all there are, or, for a warm update, no more than a day needs. */
import type { Dataset } from "../models/dataset.ts";
import { FAMILY, type ModelName } from "../models/family.ts";
import type { FeatureState } from "../models/feature_state.ts";
import { Histories } from "../models/histories.ts";
import { IdIndex } from "../models/id_index.ts";
import { rewind } from "../models/ratings.ts";
import { isSampled } from "../models/evaluation/split.ts";
import { readCatalogue, readFeatureState } from "./_lake.ts";
import { readPeople } from "./_people.ts";
import { collect, readHistories, readRatings, repeatedly, usersOf } from "./_ratings.ts";
import type { Version } from "./_versions.ts";
import type { TaskContext } from "./runner/task.ts";

export interface TrainingDataParams {
  model: ModelName;
  /** Share of the replay window that is learnt from again. */
  replay: number;
  /** Ratings before the new ones that a warm update reads. */
  replay_window: number;
}

export interface TrainingData {
  dataset: Dataset;
  /** `processed_db`'s sums as they stand: the sums after the last rating of `dataset` must equal them. */
  stored: FeatureState;
}

/**
 * What a version is trained on: from scratch all ratings; warm, the new ones and the newest of the older ones.
 *
 * A warm update's sums begin where its ratings do: those of now, rewound. `stored` are processed_db's, for the users
 * of the ratings; the sums after the last rating must equal them.
 */
export async function readTrainingData(
  context: TaskContext,
  params: TrainingDataParams,
  { through, warmFrom }: { through: number; warmFrom: Version | null },
): Promise<TrainingData> {
  const { db, settings } = context;
  const users = new IdIndex();
  const catalogue = await readCatalogue(db);
  const people = await readPeople(db);
  const rule = { seed: settings.seed, newestBatch: through, holdoutDays: settings.holdoutDays };
  const reading = { users, catalogue, rule, batches: [0, through] as const };
  if (warmFrom === null || !FAMILY[params.model].isWarmable) {
    const ratings = repeatedly(db, reading);
    const stored = await readFeatureState(db, { catalogue, users });
    return {
      dataset: {
        catalogue,
        users,
        people,
        ratings,
        isExample: warmFrom ? fresh(warmFrom, context, params) : undefined,
      },
      stored,
    };
  }
  const tail = { through: warmFrom.row.through_batch, n: params.replay_window };
  const window = await collect(readRatings(db, { ...reading, tail }));
  const stored = await readFeatureState(db, { catalogue, users, of: usersOf(window, { users }) });
  const sums = stored.copy();
  rewind({ state: sums, histories: new Histories() }, window);
  const histories = warmFrom.scorer.embedder?.readsHistories
    ? await readHistories(db, { users, catalogue, ratings: window })
    : new Histories();
  const isExample = fresh(warmFrom, context, params);
  const start = () => ({ state: sums.copy(), histories: histories.copy() });
  return { dataset: { catalogue, users, people, ratings: () => [window], start, isExample }, stored };
}

/** A warm update's examples: what the champion has not been trained on, and a seeded sample of the window before. */
function fresh(
  { row }: Version,
  { seed }: TaskContext,
  { replay }: TrainingDataParams,
): Dataset["isExample"] {
  return ({ batches, ratingIds }, i) =>
    batches[i] > row.through_batch || isSampled(ratingIds[i], { seed, share: replay });
}
