/** What the stack knows of one question beside its base predictions: one row of columns. */
import type { Catalogue } from "../../catalogue.ts";
import { factsOf } from "./facts.ts";
import type { Triples } from "../../fm/triples.ts";
import { createSessions, SESSION_FEATURES } from "./sessions.ts";

/** Columns that say something of anybody, newcomers included. */
const MOVIE_COLUMNS = [
  "movie_deviation",
  "movie_bias",
  "log_movie_count",
  "rater_bias",
  "movie_spread",
  "year",
  "age",
] as const;

/** Columns that need a history. */
const USER_COLUMNS = [
  "joint_bias",
  "user_bias",
  "log_user_count",
  "user_spread",
  "log_days_since_newest",
  "log_days_since_first",
  ...SESSION_FEATURES,
] as const;

/** All columns: the movie's first, which are all that newcomers have. */
export const COLUMNS: readonly string[] = [...MOVIE_COLUMNS, ...USER_COLUMNS];
export const MOVIE_DEVIATION = MOVIE_COLUMNS.indexOf("movie_deviation");
export const N_MOVIE_COLUMNS = MOVIE_COLUMNS.length;

const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_YEAR = 31_556_952;

export interface Asked {
  user: number;
  movie: number;
  /** Seconds since 1970. */
  ratedAt: number | undefined;
}

export interface Features {
  /** Mean of train, stars. */
  readonly mean: number;
  /** Whether train has a rating of `user`. */
  isWarm(user: number): boolean;
  /** Writes the row of `asked` into `out` from `at`. */
  write(asked: Asked, out: Float64Array, at: number): void;
}

/** Features as of the end of `triples`. Where `hasTimes` is false their times mean nothing, and say nothing. */
export function createFeatures(
  triples: Triples,
  { catalogue, nUsers, hasTimes }: { catalogue: Catalogue; nUsers: number; hasTimes: boolean },
): Features {
  const facts = factsOf(triples, { nUsers, nMovies: catalogue.movies.size });
  const sessions = createSessions(triples, { residuals: facts.residuals, catalogue, nUsers });
  const known = catalogue.years.filter((year) => year !== 0);
  const meanYear = known.length === 0 ? 0 : known.reduce((sum, year) => sum + year, 0) / known.length;
  return {
    mean: facts.mean,
    isWarm: (user) => facts.userCounts[user] > 0,
    write({ user, movie, ratedAt }, out, at) {
      const t = hasTimes ? ratedAt : undefined;
      const year = catalogue.years[movie] || meanYear;
      out[at] = facts.movieDeviation[movie];
      out[at + 1] = facts.movieBias[movie];
      out[at + 2] = Math.log1p(facts.movieCounts[movie]);
      out[at + 3] = facts.raterBias[movie];
      out[at + 4] = facts.movieSpread[movie];
      out[at + 5] = year;
      out[at + 6] = t === undefined ? 0 : 1970 + t / SECONDS_PER_YEAR - year;
      at += N_MOVIE_COLUMNS;
      if (!(facts.userCounts[user] > 0)) {
        out.fill(0, at, at + USER_COLUMNS.length);
        return;
      }
      out[at] = facts.mean + facts.movieBias[movie] + facts.userBias[user];
      out[at + 1] = facts.userBias[user];
      out[at + 2] = Math.log1p(facts.userCounts[user]);
      out[at + 3] = facts.userSpread[user];
      out[at + 4] = t === undefined ? 0 : logDays(t - sessions.newest(user));
      out[at + 5] = t === undefined ? 0 : logDays(t - sessions.first(user));
      sessions.write({ user, movie, ratedAt: t }, out, at + 6);
    },
  };
}

function logDays(seconds: number): number {
  return Math.log1p(Math.max(0, seconds) / SECONDS_PER_DAY);
}
