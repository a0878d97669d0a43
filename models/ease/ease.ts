/**
 * EASE: a linear model from all movies to each, none to itself, in closed form.
 *
 *   B = argmin ‖X − XB‖² + λ‖B‖²  with diag B = 0   ⇒   B_ij = −P_ij / P_jj for i ≠ j,   P = (XᵀX + λI)⁻¹
 *   score(u, j) = Σ_i x_ui B_ij
 *
 * (Steck 2019, "Embarrassingly shallow autoencoders for sparse data".) With fewer people than movies the inverse is
 * taken on their side: P = (I − XᵀKX) / λ with K = (XXᵀ + λI)⁻¹ (Woodbury), and B is never written out:
 *   score(u, j) = x_uj − (x_uj − (XᵀKX x_u)_j) / p_j,   p_j = λP_jj
 *
 * The query x_u is read from the moment's history, so a newcomer needs no training; who has no history gets the
 * movies by popularity, which also orders equal scores.
 */
import { z } from "zod";
import { asIs, type Container } from "../container.ts";
import type { History } from "../histories.ts";
import type { SparseRows } from "../interactions.ts";
import { byModelPosition, rememberKnown, scoreNothing, tieBreakers } from "../known_movies.ts";
import { type Explanation, headerOf, type Retriever, type Scorer } from "../model.ts";
import { influencesIn } from "./influences.ts";
import { type Query, queryOf, querySchema, TASTE_DESCRIPTION, tasteSchema } from "../taste.ts";

export const easeConfig = z.strictObject({
  regularisation: z.number().positive().default(300).describe(
    "λ: the ridge on XᵀX, in ratings; more of it keeps closer to popularity.",
  ),
  taste: tasteSchema.default("liked").describe(TASTE_DESCRIPTION),
  half_life: querySchema.shape.half_life,
  max_movies: z.number().int().min(1).max(16_000).default(10_000).describe(
    "Movies with ratings beyond which a fit is refused: 4 bytes and n operations for each pair of n movies.",
  ),
});

export type EaseConfig = z.infer<typeof easeConfig>;

/** What a fit leaves: B itself, or what stands for it. Movies are those with an entry. */
export interface EaseWeights {
  /** External ids by position in this model. */
  movieIds: Int32Array;
  /** Entries of each. */
  counts: Int32Array;
  form: Primal | Dual;
}

export interface Primal {
  /** B [movies × movies], by rows. */
  weights: Float32Array;
}

export interface Dual {
  /** X [people × movies], and K [people × people]. */
  rows: SparseRows;
  kernel: Float32Array;
  /** p_j. */
  pivots: Float32Array;
}

export type Ease = Scorer & Required<Pick<Scorer, "retriever">>;

/** x of each movie of a history. */
export type Weigh = (history: History) => Float64Array;

/** The scorer of `weights`, for queries as `query` says: one fit serves several. */
export function createEase(weights: EaseWeights, query: Query | Weigh): Ease {
  const weighHistory = typeof query === "function" ? query : (history: History) => queryOf(history, query);
  const { movieIds, counts, form } = weights;
  const multiply = "weights" in form ? multiplier(form, movieIds.length) : dualMultiplier(form);
  const knownIn = rememberKnown(movieIds);
  return {
    model: "ease",
    explain(moment, user, movies): Explanation {
      const known = knownIn(moment.state.catalogue);
      const history = moment.histories.of(user);
      const weigh = weighHistory(history);
      const places = (positions: Int32Array) => positions.map((movie) => known.placeOf[movie]);
      const b = influencesIn(form, { rated: places(history.movies), asked: places(movies) });
      const n = weigh.length;
      return {
        because: history.movies.slice(),
        contributions: b.map((value, at) => weigh[at % n] * value),
        rest: tieBreakers({ known, counts, movies }),
      };
    },
    retriever({ state }): Retriever {
      const known = byModelPosition(movieIds, state.catalogue.movies);
      const own = new Float64Array(movieIds.length);
      return (moment, user, out) => {
        const history = moment.histories.of(user);
        const weigh = weighHistory(history);
        own.fill(0);
        const places: number[] = [];
        history.movies.forEach((movie, k) => {
          const place = known.placeOf[movie];
          if (place === -1 || weigh[k] === 0) return;
          own[place] = weigh[k];
          places.push(place);
        });
        scoreNothing({ known, counts, out });
        if (places.length === 0) return;
        const scores = multiply(own, places);
        for (let place = 0; place < scores.length; place++) {
          if (known.positions[place] !== -1) out[known.positions[place]] += scores[place];
        }
      };
    },
  };
}

type Multiplier = (query: Float64Array, places: readonly number[]) => Float64Array;

function multiplier({ weights }: Primal, n: number): Multiplier {
  const scores = new Float64Array(n);
  return (query, places) => {
    scores.fill(0);
    for (const i of places) {
      const [x, row] = [query[i], i * n];
      for (let j = 0; j < n; j++) scores[j] += x * weights[row + j];
    }
    return scores;
  };
}

function dualMultiplier({ rows, kernel, pivots }: Dual): Multiplier {
  const { nRows, nColumns, starts, columns, values } = rows;
  const scores = new Float64Array(nColumns);
  const met = new Float64Array(nRows);
  const spread = new Float64Array(nRows);
  return (query) => {
    for (let row = 0; row < nRows; row++) {
      met[row] = 0;
      for (let k = starts[row]; k < starts[row + 1]; k++) met[row] += values[k] * query[columns[k]];
    }
    spread.fill(0);
    for (let row = 0; row < nRows; row++) {
      if (met[row] === 0) continue;
      for (let other = 0; other < nRows; other++) spread[other] += met[row] * kernel[row * nRows + other];
    }
    scores.fill(0);
    for (let row = 0; row < nRows; row++) {
      for (let k = starts[row]; k < starts[row + 1]; k++) scores[columns[k]] += values[k] * spread[row];
    }
    for (let j = 0; j < nColumns; j++) scores[j] = query[j] - (query[j] - scores[j]) / pivots[j];
    return scores;
  };
}

export function packEase(config: EaseConfig, { movieIds, counts, form }: EaseWeights): Container {
  const header = { model: "ease", config };
  if ("weights" in form) return { header, arrays: { movieIds, counts, weights: form.weights } };
  const { rows: { starts, columns, values }, kernel, pivots } = form;
  return { header, arrays: { movieIds, counts, starts, columns, values, kernel, pivots } };
}

/** Opens an artifact of this model. @throws {SyntaxError} when it is another's, or damaged. */
export function openEase(artifact: Container): Ease {
  const config = easeConfig.parse(headerOf("ease", artifact).config);
  const { movieIds, counts, weights, starts, columns, values, kernel, pivots } = artifact.arrays;
  const n = movieIds.length;
  const isPrimal = weights !== undefined;
  const isWhole = isPrimal ? weights.length === n * n : kernel?.length === (starts?.length - 1) ** 2;
  if (!isWhole || counts.length !== n) {
    throw new SyntaxError(`Cannot open "ease" of ${n} movies: its arrays have other lengths`);
  }
  const form = isPrimal ? { weights: asIs(weights, Float32Array) } : {
    rows: {
      nRows: starts.length - 1,
      nColumns: n,
      starts: asIs(starts, Int32Array),
      columns: asIs(columns, Int32Array),
      values: asIs(values, Float32Array),
    },
    kernel: asIs(kernel, Float32Array),
    pivots: asIs(pivots, Float32Array),
  };
  return createEase({ movieIds: asIs(movieIds, Int32Array), counts: asIs(counts, Int32Array), form }, config);
}
