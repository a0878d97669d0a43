/**
 * Ratings → examples: each with the features of its own moment, before it is added itself.
 *
 * One pass in arrival order keeps the running sums, writes each example's inputs as of then, and observes the rating
 * only afterwards. Examples are shuffled inside windows of about a million, so memory is bounded by the window and
 * the users, never by the ratings: `ratings()` may stream from anywhere, and every epoch streams it again.
 */
import type { Catalogue } from "./catalogue.ts";
import { FeatureState } from "./feature_state.ts";
import type { Features, Known } from "./features.ts";
import { breathe } from "./breathe.ts";
import { Histories } from "./histories.ts";
import { createWindow, type Examples } from "./examples.ts";
import type { Rng } from "./rng.ts";
import type { KnownIds } from "./id_index.ts";
import type { People } from "./people.ts";
import type { MovingMoment, Ratings } from "./ratings.ts";
import { type Part, partOf, type Parts } from "./evaluation/split.ts";

export interface Dataset {
  readonly catalogue: Catalogue;
  /** The people of `ratings()`, by position; complete after a pass. */
  readonly users: KnownIds;
  /** Demographics, where there are any. */
  readonly people?: People;
  /** All ratings from the start on, in arrival order, in chunks; called anew for each pass. */
  ratings(): AsyncIterable<Ratings> | Iterable<Ratings>;
  /** As of before the first of `ratings()`, a fresh copy each time; none: nothing had arrived. */
  start?(): MovingMoment;
  /** Leaves out more than what is held out (a replay sample does). What is left out is still observed. */
  isExample?(ratings: Ratings, row: number): boolean;
}

/** Rows of one chunk between two breaths: about a tenth of a second. */
const ROWS_PER_BREATH = 65_536;

export interface PassOptions {
  features: Features;
  parts: Parts;
  batchSize: number;
  /** Examples that are shuffled together. */
  window: number;
  rng: Rng;
  signal: AbortSignal;
}

/** Counts the examples of `dataset`, and returns the sums after its last rating. */
export async function survey(
  dataset: Dataset,
  signal: AbortSignal,
): Promise<{ n: number; end: FeatureState }> {
  const end = startOf(dataset);
  let n = 0;
  for await (const ratings of dataset.ratings()) {
    for (let row = 0; row < ratings.length; row++) {
      if (ratings.isStale[row]) continue;
      if (isExample(dataset, ratings, row)) n++;
      end.observe(ratings.users[row], ratings.movies[row], ratings.ratings[row], ratings.replaces[row]);
      if (row % ROWS_PER_BREATH === ROWS_PER_BREATH - 1) await breathe(signal);
    }
    await breathe(signal);
  }
  return { n, end };
}

/** What holds examples until they are shuffled; a pass tells it of every rating. */
export interface Window<E> {
  isFull(): boolean;
  /** An example, as of before its row is observed. */
  add(known: Known, ratings: Ratings, row: number): void;
  /** Every rating that counts, right after the pass's own sums have taken it in. */
  observe?(ratings: Ratings, row: number): void;
  /** Gives away what is held, in mini-batches. */
  drain(isShuffled: boolean): Iterable<E>;
}

/** One pass: mini-batches of train (shuffled), then of validation and test (in arrival order). */
export function pass(
  dataset: Dataset,
  options: PassOptions,
): AsyncGenerator<{ part: Part; examples: Examples }> {
  const capacity = Math.min(options.window, Math.max(options.parts.n, 1));
  return passThrough(dataset, options, (start) => {
    const window = createWindow({ ...options, capacity });
    return options.features.readsHistories ? withHistories(window, start?.histories) : window;
  });
}

/** `window` whose examples know what everybody had rated by then. */
function withHistories(window: Window<Examples>, histories = new Histories()): Window<Examples> {
  return {
    ...window,
    add: (known, ratings, row) => window.add({ ...known, histories }, ratings, row),
    observe: ({ users, movies, ratings }, row) => histories.observe(users[row], movies[row], ratings[row]),
  };
}

/** A pass through a window of one's own; `open` is given what there was before the first rating. */
export async function* passThrough<E>(
  dataset: Dataset,
  { parts, signal }: Pick<PassOptions, "parts" | "signal">,
  open: (start: MovingMoment | null) => Window<E>,
): AsyncGenerator<{ part: Part; examples: E }> {
  const start = dataset.start?.() ?? null;
  const state = start?.state ?? new FeatureState(dataset.catalogue);
  const known = { state, users: dataset.users, people: dataset.people };
  const window = open(start);
  let order = 0;
  let part: Part = partOf(0, parts);
  for await (const ratings of dataset.ratings()) {
    for (let row = 0; row < ratings.length; row++) {
      if (ratings.isStale[row]) continue;
      if (isExample(dataset, ratings, row)) {
        const next = partOf(order++, parts);
        if (window.isFull() || next !== part) {
          for (const examples of window.drain(part === "train")) yield { part, examples };
        }
        part = next;
        window.add(known, ratings, row);
      }
      state.observe(ratings.users[row], ratings.movies[row], ratings.ratings[row], ratings.replaces[row]);
      window.observe?.(ratings, row);
      if (row % ROWS_PER_BREATH === ROWS_PER_BREATH - 1) await breathe(signal);
    }
    await breathe(signal);
  }
  for (const examples of window.drain(part === "train")) yield { part, examples };
}

function startOf(dataset: Dataset): FeatureState {
  return dataset.start?.().state ?? new FeatureState(dataset.catalogue);
}

/** Whether row `row` may be learnt from: it is in no open hold-out, and `dataset` does not leave it out. */
export function isExample(dataset: Dataset, ratings: Ratings, row: number): boolean {
  return !ratings.isHeldOut[row] && (dataset.isExample?.(ratings, row) ?? true);
}
