/** The open hold-out of the archive: what versions and the baselines make of rows that none of them was trained on. */
import { createBias } from "../models/bias.ts";
import { type HoldoutQuality, scoreHoldout } from "../models/evaluation/holdout.ts";
import { MOST_OF_BOOTSTRAP } from "../models/evaluation/split.ts";
import { Histories } from "../models/histories.ts";
import { IdIndex } from "../models/id_index.ts";
import type { Scorer } from "../models/model.ts";
import { createPopularity } from "../models/popularity.ts";
import { type Ratings, rewind } from "../models/ratings.ts";
import { isImplicit, readCatalogue, readFeatureState } from "./_lake.ts";
import { refuseLeaks } from "./_leak_test.ts";
import { readPeople } from "./_people.ts";
import { collect, readHistories, readRatings, usersOf } from "./_ratings.ts";
import { newestBatchOf, type Version } from "./_versions.ts";
import type { TaskContext } from "./runner/task.ts";

export interface Scored {
  quality: HoldoutQuality;
  /** Ratings of the window. */
  length: number;
  /** By version: milliseconds to score all movies for a person, at the median; NaN: it makes no lists. */
  listMs: Map<string, number>;
}

/**
 * Scores `versions` and the baselines on the hold-out of the batches that are open.
 *
 * @throws {Error} when one of `leakTested` reads past its moment.
 */
export async function scoreVersions(
  context: TaskContext,
  { versions, leakTested }: { versions: readonly Version[]; leakTested: readonly Version[] },
): Promise<Scored> {
  const { db, settings, signal } = context;
  const newest = await newestBatchOf(db, "features");
  if (newest === null) {
    throw new RangeError("Cannot evaluate as no batch has features. Next: deno task daily --from ingest");
  }
  const users = new IdIndex();
  const catalogue = await readCatalogue(db);
  const rule = { seed: settings.seed, newestBatch: newest, holdoutDays: settings.holdoutDays };
  const batches = [Math.max(0, newest - settings.holdoutDays + 1), newest] as const;
  // Of the bootstrap, which is batch 0, nothing before its hold-out.
  const tail = { through: 0, n: MOST_OF_BOOTSTRAP };
  const window = await collect(readRatings(db, { users, catalogue, rule, batches, tail }), isFirstHeldOut);
  for (const version of versions) keepUntrained(context, window, version);
  const heldOut = window.users.filter((_, row) => window.isHeldOut[row] === 1);
  const histories = await readHistories(db, { users, catalogue, ratings: window, of: new Set(heldOut) });
  const state = await readFeatureState(db, { catalogue, users, of: usersOf(window, { users }) });
  const moment = { state, histories, users, people: await readPeople(db) };
  rewind({ state, histories: new Histories() }, window);
  const baselines = {
    popularity: createPopularity(),
    ...(await isImplicit(db) ? {} : { bias: createBias() }),
  };
  const scorers: Record<string, Scorer> = { ...baselines };
  const judged = Object.fromEntries(leakTested.map(({ row, scorer }) => [row.version, scorer]));
  await refuseLeaks({ moment, window, scorers: judged, seed: context.seed, signal });
  const listMs = new Map<string, number[]>();
  for (const { row, scorer } of versions) {
    const times: number[] = [];
    listMs.set(row.version, times);
    scorers[row.version] = timed(scorer, context, times);
  }
  return {
    quality: await scoreHoldout(scorers, { moment, window: [window], signal }),
    length: window.length,
    listMs: new Map(Array.from(listMs, ([version, times]) => [version, median(times)])),
  };
}

const isFirstHeldOut = (chunk: Ratings, row: number) => chunk.isHeldOut[row] === 1;

/** A version trained under another seed or window held other rows out: what it may have learned is left out for all. */
function keepUntrained({ settings, log }: TaskContext, window: Ratings, { row: version }: Version): void {
  const { seed, holdout_days } = version.config;
  if (seed === settings.seed && holdout_days === settings.holdoutDays) return;
  log.warn(
    `version ${version.version} was trained under another seed or holdout_days: only newer batches count`,
  );
  for (let row = 0; row < window.length; row++) {
    if (window.batches[row] <= version.through_batch) window.isHeldOut[row] = 0;
  }
}

/** `scorer`, with the milliseconds of each person's scores noted in `times`. */
function timed(scorer: Scorer, { elapsed }: TaskContext, times: number[]): Scorer {
  const { retriever } = scorer;
  if (retriever === undefined) return scorer;
  return {
    model: scorer.model,
    predict: scorer.predict?.bind(scorer),
    retriever(moment) {
      const retrieve = retriever.call(scorer, moment);
      return (asOf, user, out) => {
        const start = elapsed();
        retrieve(asOf, user, out);
        times.push(elapsed() - start);
      };
    },
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
