/**
 * Which rated movies pulled a listed one up.
 *
 * A model that is linear in the ratings takes its own scores apart, and the parts sum to the score. Of any other one
 * each rating's part is what leaving it out would change: an approximation, as ratings act together.
 */
import { scan } from "../../models/top_n.ts";
import type { Explanation, Scorer } from "../../models/model.ts";
import type { Moment } from "../../models/ratings.ts";
import type { LoadedModel } from "../live/loaded_model.ts";
import { PERSON } from "../live/moments.ts";
import { type Person, starsFor } from "./person.ts";
import type { ListedMovie, Reason } from "./request.ts";

/** In units of the ranking score. `rest` is null where contributions need not sum to it. */
export interface Explained extends Pick<Explanation, "because" | "contributions"> {
  readonly rest: Float64Array | null;
}

/** Ratings that are named, the strongest first. */
const MOST_REASONS = 10;
/** Newest ratings that are left out one by one: a vector is made anew in microseconds, all scores in milliseconds. */
const MOST_LEFT_OUT = { vectors: 200, scores: 20 };

/** The scores of `movies` for `person`, taken apart. */
export function explainScores(model: LoadedModel, person: Person, movies: Int32Array): Explained {
  const { scorer } = model;
  const { slope, intercept } = model.line ?? { slope: 1, intercept: 0 };
  if (scorer === null) throw new TypeError(`Cannot explain "${model.model}" as its artifact is not there`);
  const moment = model.moment(person);
  if (!scorer.explain) return scaled(leaveOneOut(scorer, { model, moment, movies }), slope);
  const { rest, ...parts } = scorer.explain(moment, PERSON, movies);
  return { ...scaled({ ...parts, rest: null }, slope), rest: rest.map((part) => slope * part + intercept) };
}

const scaled = (explained: Explained, slope: number): Explained => ({
  ...explained,
  contributions: explained.contributions.map((part) => slope * part),
});

interface Question {
  model: Pick<LoadedModel, "vectors" | "order">;
  moment: Moment;
  movies: Int32Array;
}

function leaveOneOut(scorer: Scorer, question: Question): Explained {
  const { model, moment, movies } = question;
  const score = scorerOf(scorer, question);
  const { state, histories } = moment;
  const { movies: rated, stars } = histories.of(PERSON);
  const history = { movies: rated.slice(), stars: stars.slice() };
  const most = model.vectors ? MOST_LEFT_OUT.vectors : MOST_LEFT_OUT.scores;
  const first = Math.max(0, rated.length - most);
  const because = history.movies.slice(first);
  const contributions = new Float64Array(movies.length * because.length);
  const whole = score();
  because.forEach((movie, k) => {
    const given = history.stars[first + k];
    const { nRatings, ratingSum, movieCounts: { [movie]: count }, movieSums: { [movie]: sum } } = state;
    // The person's sums move; everybody's do not.
    const keepOthers = () => {
      state.loadTotals(nRatings, ratingSum);
      state.loadMovie(movie, count, sum);
    };
    state.unobserve(PERSON, movie, given, NaN);
    keepOthers();
    histories.unobserve(PERSON, movie, NaN);
    const without = score();
    for (let m = 0; m < movies.length; m++) contributions[m * because.length + k] = whole[m] - without[m];
    state.observe(PERSON, movie, given, NaN);
    keepOthers();
    histories.load(PERSON, history);
  });
  return { because, contributions, rest: null };
}

/** The scores of `movies` as of what `moment` is when asked. */
function scorerOf(scorer: Scorer, { model, moment, movies }: Question): () => ArrayLike<number> {
  const { vectors } = model;
  const own = new Float32Array(movies.length);
  if (vectors && scorer.embedder && !scorer.stages) {
    const { dimension: d, values } = vectors;
    const rows = new Float32Array(movies.length * d);
    movies.forEach((movie, m) => rows.set(values.subarray(movie * d, (movie + 1) * d), m * d));
    const query = new Float32Array(d);
    return () => {
      // Here and below a new object: models remember what they made of a moment by its identity.
      scorer.embedder!.embedUser({ ...moment }, PERSON, query, 0);
      scan(rows, query, own);
      return own.slice();
    };
  }
  return () => model.order({ ...moment }, movies);
}

/** `items` with their reasons, `movies[m]` of `explained` being those of item m. */
export function withReasons(
  items: readonly ListedMovie[],
  { because, contributions, rest }: Explained,
  person: Person,
): ListedMovie[] {
  const n = because.length;
  return items.map((item, m) => {
    const parts = contributions.subarray(m * n, (m + 1) * n);
    const order = Array.from(parts.keys()).filter((k) => parts[k] > 0)
      .sort((a, b) => parts[b] - parts[a] || because[a] - because[b]);
    const reasons: Reason[] = order.slice(0, MOST_REASONS).map((k) => ({
      movie: because[k],
      stars: starsFor(person, because[k]) ?? NaN,
      contribution: parts[k],
    }));
    if (rest === null) return { ...item, because: reasons, isApproximate: true };
    const named = reasons.reduce((sum, { contribution }) => sum + contribution, 0);
    const others = parts.reduce((sum, part) => sum + part, 0) - named;
    return { ...item, because: reasons, others, rest: rest[m] };
  });
}
