/**
 * What a fit leaves: draws of all that is not the user's own, from which a user's vector follows in closed form.
 *
 * With all else given, the user's weight w_u and vector v_u enter ŷ linearly: s = Σ x_j v_j over the user's other
 * features (rated movies, demographics), and for movie m with row q_m and own part b_m
 *
 *   ŷ = w₀ + own_s + b_m + ⟨s, q_m⟩ + w_u + ⟨v_u, s + q_m⟩,   own_s = Σ x_j w_j + ½(|s|² − Σ x_j²|v_j|²)
 *
 * so that (w_u, v_u) given a history is normal with precision Λ + α Σ hhᵀ, h = (1, s + q_m): ridge regression. Its
 * mean is taken for everybody, as of the moment of the question, and the predictions are averaged over the draws.
 * With no history it is the prior mean μ: a newcomer needs no special case, and no user is stored.
 */
import { z } from "zod";
import type { Relation } from "./relation.ts";
import type { Chain } from "./gibbs.ts";

/** Sizes that everything here is indexed by; one entry is (bias, vector), `rank` + 1 numbers. */
export const posteriorShape = z.strictObject({
  rank: z.number().int().min(1),
  draws: z.number().int().min(1),
  nMovies: z.number().int().min(0),
  /** Columns that new movies are put together from: the movies' mean, genres, year steps. */
  nMovieParts: z.number().int().min(1),
  /** Values of demographic facts, all facts together. */
  nTraits: z.number().int().min(0),
  implicit: z.boolean(),
});

export type PosteriorShape = z.infer<typeof posteriorShape>;

export interface Posterior extends PosteriorShape {
  /** Own part and row of each movie [movies × draws × (1 + rank)]. */
  readonly movies: Float32Array;
  /** w and v of "has rated this movie", of the same movies; empty unless implicit. */
  readonly rated: Float32Array;
  /** w and v of the parts [parts × draws × (1 + rank)]. */
  readonly parts: Float32Array;
  readonly traits: Float32Array; // [nTraits × draws × (1 + rank)]
  /** Per draw: w₀, α, then μ and λ of the users' (weight, vector) [draws × (2 + 2 (1 + rank))]. */
  readonly scales: Float64Array;
}

export function createPosterior(shape: PosteriorShape): Posterior {
  const entry = shape.draws * (1 + shape.rank);
  return {
    ...shape,
    movies: new Float32Array(shape.nMovies * entry),
    rated: new Float32Array(shape.implicit ? shape.nMovies * entry : 0),
    parts: new Float32Array(shape.nMovieParts * entry),
    traits: new Float32Array(shape.nTraits * entry),
    scales: new Float64Array(shape.draws * (2 + 2 * (1 + shape.rank))),
  };
}

/** Where draws come from: the chain's relations, and which movies (rows) are kept. */
export interface Source {
  user: Relation;
  movie: Relation;
  /** Rows of the movie relation that are kept, in the order of the posterior's movies. */
  kept: Int32Array;
  /** Group of the user relation that holds the rated movies; −1: none. */
  ratedGroup: number;
  /** Columns of the user relation from which on demographics stand. */
  traitStart: number;
  /** Column of the movie relation from which on genres and years stand; its end where there are none. */
  partStart: number;
}

/** Keeps the chain as it stands as draw `d`. */
export function keepDraw(
  posterior: Posterior,
  chain: Chain,
  { source, d }: { source: Source; d: number },
): void {
  const { rank, draws } = posterior;
  const width = 1 + rank;
  const [user, movie] = chain.parameters;
  const put = (out: Float32Array, i: number, bias: number, of: (f: number) => number) => {
    const at = (i * draws + d) * width;
    out[at] = bias;
    for (let f = 0; f < rank; f++) out[at + 1 + f] = of(f);
  };
  const nRows = source.movie.nRows;
  source.kept.forEach((row, i) => put(posterior.movies, i, movie.own[row], (f) => movie.q[f * nRows + row]));
  const column = ({ w, v }: typeof user, j: number, out: Float32Array, i: number) =>
    put(out, i, w[j], (f) => v[f * w.length + j]);
  if (posterior.implicit) {
    const start = source.user.groupStarts[source.ratedGroup];
    source.kept.forEach((row, i) => column(user, start + row, posterior.rated, i));
  }
  for (let t = 0; t < posterior.nTraits; t++) column(user, source.traitStart + t, posterior.traits, t);
  const nGroups = source.movie.groupStarts.length - 1;
  put(posterior.parts, 0, movie.mu[0], (f) => movie.mu[(1 + f) * nGroups]);
  for (let p = 1; p < posterior.nMovieParts; p++) column(movie, source.partStart + p - 1, posterior.parts, p);
  const scales = posterior.scales.subarray(d * (2 + 2 * width), (d + 1) * (2 + 2 * width));
  const nUserGroups = source.user.groupStarts.length - 1;
  scales.set([chain.w0, chain.alpha]);
  for (let k = 0; k < width; k++) {
    scales[2 + k] = user.mu[k * nUserGroups];
    scales[2 + width + k] = user.lambda[k * nUserGroups];
  }
}
