/**
 * What a ranker sees of a candidate: what every member says of it, and what is known of the movie and the person.
 *
 * Scores of different models have no common scale, so within one person's list each becomes its distance from the
 * list's mean in deviations, (s − s̄)/σ, and −ln(rank). Of the moment come: log(1 + n), the shrunk deviation of the
 * mean rating, how much more the person watches the movie's genres than others do and how they rate them, and how
 * near its year is to theirs.
 */
import type { Moment } from "../ratings.ts";

/** Features that each member gives. */
const PER_MEMBER = 2;
const OF_MOMENT = ["popularity", "deviation", "genre_share", "genre_taste", "year_distance", "year"] as const;

/** The names of the features, in order, for members of these names. */
export function featureNames(members: readonly string[]): string[] {
  return [...members.flatMap((name) => [`${name}.score`, `${name}.rank`]), ...OF_MOMENT];
}

/** As if 5 ratings at the mean came on top; and 3 of each genre. */
const [MOVIE_SHRINKAGE, GENRE_SHRINKAGE] = [5, 3];
/** Keeps the logarithm of a share finite. */
const SMALLEST_SHARE = 0.01;
/** Years: a middle and a unit for release years, and the least spread of a person's. */
const [YEAR_MIDDLE, YEAR_UNIT, LEAST_SPREAD] = [1990, 20, 3];

export interface Candidates {
  user: number;
  movies: Int32Array;
  /** Of each member, the scores of all movies. */
  scores: readonly Float32Array[];
}

/** Writes features for one moment's candidates: rows [candidates × width]. */
export function createCandidateFeatures({ state }: Moment, nMembers: number) {
  const { catalogue } = state;
  const shares = genreShares(state);
  const width = PER_MEMBER * nMembers + OF_MOMENT.length;
  return {
    width,
    rowsOf(moment: Moment, { user, movies, scores }: Candidates): Float32Array {
      const rows = new Float32Array(movies.length * width);
      scores.forEach((all, s) => {
        writeScores(Float64Array.from(movies, (movie) => all[movie]), {
          rows,
          width,
          column: PER_MEMBER * s,
        });
      });
      const person = personOf(moment, user, shares);
      movies.forEach((movie, m) => {
        const at = m * width + PER_MEMBER * nMembers;
        const n = moment.state.movieCounts[movie];
        const year = catalogue.years[movie] || person.year;
        rows[at] = Math.log1p(n);
        rows[at + 1] = (moment.state.movieSums[movie] - moment.state.mean * n) / (n + MOVIE_SHRINKAGE);
        rows[at + 2] = genreMean(moment, movie, person.shares);
        rows[at + 3] = genreMean(moment, movie, person.tastes);
        rows[at + 4] = Math.abs(year - person.year) / person.spread;
        rows[at + 5] = (year - YEAR_MIDDLE) / YEAR_UNIT;
      });
      return rows;
    },
  };
}

/** (s − s̄)/σ and −ln(rank), 0 where all are alike. */
function writeScores(
  scores: Float64Array,
  { rows, width, column }: { rows: Float32Array; width: number; column: number },
): void {
  const n = scores.length;
  const mean = scores.reduce((a, b) => a + b, 0) / n;
  const deviation = Math.sqrt(scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / n);
  const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  order.forEach((m, rank) => {
    rows[m * width + column] = deviation > 0 ? (scores[m] - mean) / deviation : 0;
    rows[m * width + column + 1] = deviation > 0 ? -Math.log(1 + rank) : 0;
  });
}

/** How much of all watching each genre has. */
function genreShares({ catalogue, movieCounts }: Moment["state"]): Float64Array {
  const counts = new Float64Array(catalogue.nGenres);
  for (let movie = 0; movie < movieCounts.length; movie++) {
    for (let k = catalogue.genreStarts[movie]; k < catalogue.genreStarts[movie + 1]; k++) {
      counts[catalogue.genres[k]] += movieCounts[movie];
    }
  }
  const total = counts.reduce((a, b) => a + b, 0) || 1;
  return counts.map((count) => count / total);
}

interface Person {
  /** By genre: ln of the person's share over everybody's. */
  shares: Float64Array;
  /** By genre: shrunk deviation of the person's ratings. */
  tastes: Float64Array;
  /** Mean and deviation of the years that they watch. */
  year: number;
  spread: number;
}

function personOf({ state, histories }: Moment, user: number, everybody: Float64Array): Person {
  const { genreCounts, genreSums } = state.user(user);
  const total = Array.from(genreCounts).reduce((a, b) => a + b, 0);
  const years = Array.from(histories.of(user).movies, (movie) => state.catalogue.years[movie])
    .filter((year) => year !== 0);
  const mean = years.reduce((a, b) => a + b, 0) / years.length;
  const variance = years.reduce((sum, year) => sum + (year - mean) ** 2, 0) / years.length;
  const isNew = years.length === 0;
  return {
    shares: everybody.map((share, k) =>
      total === 0 ? 0 : Math.log((genreCounts[k] / total + SMALLEST_SHARE) / (share + SMALLEST_SHARE))
    ),
    tastes: everybody.map((_, k) =>
      (genreSums[k] - state.mean * genreCounts[k]) / (genreCounts[k] + GENRE_SHRINKAGE)
    ),
    year: isNew ? YEAR_MIDDLE : mean,
    spread: LEAST_SPREAD + (isNew ? YEAR_UNIT : Math.sqrt(variance)),
  };
}

/** The mean of `values` over the movie's genres; 0 without any. */
function genreMean({ state: { catalogue } }: Moment, movie: number, values: Float64Array): number {
  const [from, to] = [catalogue.genreStarts[movie], catalogue.genreStarts[movie + 1]];
  let sum = 0;
  for (let k = from; k < to; k++) sum += values[catalogue.genres[k]];
  return from === to ? 0 : sum / (to - from);
}
