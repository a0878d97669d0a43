/** The leak test of every run that judges a candidate: before its figures are believed, nothing may have seen the future. */
import { type FeatureShape, fitYears } from "../models/features.ts";
import { Histories } from "../models/histories.ts";
import { findLeak, firstFromFuture } from "../models/evaluation/leak.ts";
import { examplesProbe, holdoutProbe, hybridExamplesProbe } from "../models/evaluation/leak_probes.ts";
import type { Scorer } from "../models/model.ts";
import { type Moment, pick, type Ratings } from "../models/ratings.ts";
import { createRng } from "../models/rng.ts";

/** Rows that are looked at, the hold-out's first among them; 1.6 CPU s with 87,585 movies and 200,000 people. */
const ROWS = 512;

export interface LeakTestOptions {
  /** As of before `window`; the same again when this returns. */
  moment: Moment;
  window: Ratings;
  /** Whose answers are about to be judged. */
  scorers: Readonly<Record<string, Scorer>>;
  seed: number;
  signal: AbortSignal;
}

/** @throws {Error} when a feature, an example or an answer depends on what had not arrived by then. */
export async function refuseLeaks({ moment, window, scorers, seed, signal }: LeakTestOptions): Promise<void> {
  const isAsked = (row: number) => window.isHeldOut[row] === 1 && window.isStale[row] === 0;
  const heldOut = new Set(window.users.filter((_, row) => isAsked(row)));
  const sign = firstFromFuture(moment, window, heldOut);
  if (sign !== null) throw leakFound(sign);
  const length = Math.min(ROWS, window.length);
  const asked = Array.from({ length }, (_, row) => row).filter(isAsked);
  if (asked.length === 0) return;
  const rng = createRng(seed);
  const sample = pick(window, Array.from({ length }, (_, row) => row));
  const start = startOf(moment, sample);
  const { users, people, state: { catalogue } } = moment;
  const builder = { catalogue, users, people, start };
  const shapeOf = (preset: FeatureShape["preset"]) => ({
    preset,
    n_genres: catalogue.nGenres,
    ...fitYears(catalogue),
  });
  const leak = await findLeak(
    {
      "examples of deviations": examplesProbe(builder, shapeOf("deviations"), signal),
      "examples of genre means": examplesProbe(builder, shapeOf("genre_means"), signal),
      "examples of the hybrid": hybridExamplesProbe(builder, shapeOf("deviations"), signal),
      "answers to the hold-out": holdoutProbe(scorers, moment, { signal }),
    },
    { ratings: sample, cuts: [asked[rng.below(asked.length)]], rng, histories: start().histories },
  );
  if (leak === null) return;
  const at = leak.found.findIndex((value, i) => !Object.is(value, leak.wanted[i]));
  throw leakFound(
    `${leak.probe}, row ${leak.row}, number ${at}: ${leak.wanted[at]}, and ${
      leak.found[at]
    } with another future`,
  );
}

/** A copy for each run, with the histories of the sample's people alone. */
function startOf({ state, histories }: Moment, sample: Ratings) {
  return () => {
    const own = new Histories();
    for (const user of new Set(sample.users)) {
      const { movies, stars } = histories.of(user);
      movies.forEach((movie, i) => own.observe(user, movie, stars[i]));
    }
    return { state: state.copy(), histories: own };
  };
}

function leakFound(what: string): Error {
  return new Error(
    `Cannot judge the candidate as something reads past its moment: ${what}. Next: report this; the champion stays`,
  );
}
