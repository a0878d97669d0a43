/**
 * What ratings looked like when a model was trained: binned distributions, to be compared with a later day's by PSI.
 *
 * Each rating gives one value per variable, as of its own moment (before it is observed): the stars, and what the
 * features are made of. Bins are deciles of the training window, so that each holds about a tenth of it.
 */
import { histogram, psi, quantileEdges } from "./drift.ts";
import type { FeatureState } from "./feature_state.ts";
import type { Ratings } from "./ratings.ts";
import { isSampled } from "./evaluation/split.ts";

const BINS = 10;

type Variable = (state: FeatureState, ratings: Ratings, row: number) => number;

const mean = (sum: number, n: number) => n === 0 ? NaN : sum / n;

/** NaN (no value yet) is not counted. */
const VARIABLES: Readonly<Record<string, Variable>> = {
  rating: (_, { ratings }, row) => ratings[row],
  user_count: (state, { users }, row) => state.userCounts[users[row]] ?? 0,
  user_mean: (state, { users }, row) =>
    mean(state.userSums[users[row]] ?? 0, state.userCounts[users[row]] ?? 0),
  movie_count: (state, { movies }, row) => state.movieCounts[movies[row]],
  movie_mean: (state, { movies }, row) => mean(state.movieSums[movies[row]], state.movieCounts[movies[row]]),
  movie_year: ({ catalogue }, { movies }, row) => catalogue.years[movies[row]] || NaN,
};

/** Of one variable: edges of the bins, and counts between them. A type, so that it is JSON to the container. */
export type Distribution = { edges: number[]; counts: number[] };

export type Profile = { [variable: string]: Distribution };

export interface ProfileOptions {
  /** The sums before the first rating; moves to after the last. */
  state: FeatureState;
  seed: number;
  /** Share of the ratings that is looked at. */
  share?: number;
}

/** The distributions of `chunks`. */
export async function profileOf(
  chunks: AsyncIterable<Ratings> | Iterable<Ratings>,
  options: ProfileOptions,
): Promise<Profile> {
  const values = await valuesOf(chunks, options);
  return Object.fromEntries(
    Object.entries(values).map(([name, sample]) => {
      const edges = quantileEdges(sample, BINS);
      return [name, { edges, counts: [...histogram(sample, edges)] }];
    }),
  );
}

/** PSI by variable of `chunks` against `profile`. */
export async function drift(
  profile: Profile,
  chunks: AsyncIterable<Ratings> | Iterable<Ratings>,
  options: ProfileOptions,
): Promise<Record<string, number>> {
  const values = await valuesOf(chunks, options);
  return Object.fromEntries(
    Object.entries(profile)
      .filter(([name]) => Object.hasOwn(values, name))
      .map(([name, { edges, counts }]) => [name, psi(counts, histogram(values[name], edges))]),
  );
}

async function valuesOf(
  chunks: AsyncIterable<Ratings> | Iterable<Ratings>,
  { state, seed, share = 1 }: ProfileOptions,
): Promise<Record<string, number[]>> {
  const variables = Object.entries(VARIABLES);
  const values: Record<string, number[]> = Object.fromEntries(variables.map(([name]) => [name, []]));
  for await (const ratings of chunks) {
    for (let row = 0; row < ratings.length; row++) {
      if (ratings.isStale[row]) continue;
      if (isSampled(ratings.ratingIds[row], { seed, share })) {
        for (const [name, value] of variables) values[name].push(value(state, ratings, row));
      }
      state.observe(ratings.users[row], ratings.movies[row], ratings.ratings[row], ratings.replaces[row]);
    }
  }
  return values;
}
