/**
 * ALS: people and movies as vectors, each side in turn the exact least-squares answer to the other.
 *
 * `implicit` (iALS; Hu, Koren & Volinsky 2008, with Rendle, Krichene, Zhang & Koren 2022's regularisation):
 *   L = Σ_{(u,i)∈S} c_ui (⟨w_u, h_i⟩ − 1)² + α₀ Σ_u Σ_i ⟨w_u, h_i⟩² + λ Σ_u (|S_u| + α₀|I|)^ν |w_u|² + λ Σ_i (|S_i| + α₀|U|)^ν |h_i|²
 * `explicit`: the stars that the bias baseline leaves over,
 *   L = Σ_{(u,i)∈S} (r_ui − g − b_u − b_i − ⟨w_u, h_i⟩)² + λ Σ_u |S_u|^ν |w_u|² + λ Σ_i |S_i|^ν |h_i|²
 *
 * Only the movies' side is kept. A person's vector is folded in from the moment's history by one more solve, so it is
 * always of now, and a newcomer's needs no training. Who has no history gets the mean person's vector (implicit), or 0.
 */
import { z } from "zod";
import { movieBias, userBias } from "../bias.ts";
import type { Catalogue } from "../catalogue.ts";
import { asIs, type Container } from "../container.ts";
import { type KnownMovies, rememberKnown } from "../known_movies.ts";
import { headerOf, type Scorer } from "../model.ts";
import type { Moment } from "../ratings.ts";
import { retrieverOf } from "../retriever.ts";
import { TASTE_DESCRIPTION, tasteSchema, weightOf } from "../taste.ts";
import { explainFoldIn } from "./explain.ts";
import { createFoldIn, type Entry } from "./fold_in.ts";

export const alsConfig = z.strictObject({
  variant: z.enum(["implicit", "explicit"]).default("implicit").describe(
    "`implicit` ranks from who met what; `explicit` learns stars, and needs them.",
  ),
  dimension: z.number().int().min(1).max(512).default(64).describe("Length d of a vector."),
  unobserved_weight: z.number().min(0).default(0.1).describe(
    "α₀: weight of a pair that has no rating, beside 1 for one that has (implicit).",
  ),
  regularisation: z.number().positive().default(0.02).describe(
    "λ: the ridge, before its growth with frequency.",
  ),
  frequency_exponent: z.number().min(0).max(1).default(1).describe(
    "ν: how the ridge grows with the number of ratings; 0 not at all, 1 in proportion.",
  ),
  taste: tasteSchema.default("liked").describe(`${TASTE_DESCRIPTION} It is the confidence c (implicit).`),
  epochs: z.number().int().min(1).default(12).describe("Passes over both sides."),
  solver: z.enum(["cholesky", "conjugate_gradient"]).default("cholesky").describe(
    "`cholesky` is exact; `conjugate_gradient` takes a few steps from the last answer, faster beyond d = 128.",
  ),
  steps: z.number().int().min(1).default(3).describe("Steps of conjugate gradient."),
  initial_deviation: z.number().positive().default(0.1).describe(
    "σ*: deviation of the first vectors' entries, times √d.",
  ),
});

export type AlsConfig = z.infer<typeof alsConfig>;

export interface AlsWeights {
  /** External ids by place. */
  movieIds: Int32Array;
  vectors: Float32Array; // [movies × d]
  /** α₀ HᵀH (implicit), or zeros. */
  gram: Float32Array; // [d × d]
  /** The vector of who has no history. */
  newcomer: Float32Array; // [d]
  /** From a score to stars (implicit): least squares over the ratings that were learnt from. */
  line: { slope: number; intercept: number };
}

/** λ_u of a row with `n` entries, `nOthers` vectors being on the other side. */
export function penaltyOf(config: AlsConfig, n: number, nOthers: number): number {
  const unobserved = config.variant === "implicit" ? config.unobserved_weight * nOthers : 0;
  return config.regularisation * Math.max(n + unobserved, 1) ** config.frequency_exponent;
}

/** The scorer of `weights`; one at a time: it keeps room for one solve. */
export function createAls(config: AlsConfig, weights: AlsWeights): Als {
  return config.variant === "implicit" ? createImplicit(config, weights) : createExplicit(config, weights);
}

export type Als = Scorer & Required<Pick<Scorer, "retriever" | "embedder">>;

function createImplicit(config: AlsConfig, { movieIds, vectors, gram, newcomer, line }: AlsWeights): Als {
  const { dimension: d } = config;
  const knownIn = rememberKnown(movieIds);
  const foldIn = createFoldIn(vectors, gram);
  const weigh = weightOf(config.taste);
  const read = (moment: Moment, user: number) => {
    const entries = entriesOf(moment, user, knownIn, (stars) => ({ confidence: weigh(stars), target: 1 }));
    return { entries, penalty: penaltyOf(config, entries.length, movieIds.length) };
  };
  const embedder: Als["embedder"] = {
    dimension: d,
    readsHistories: true,
    embedUser(moment, user, out, offset) {
      const { entries, penalty } = read(moment, user);
      out.set(entries.length === 0 ? newcomer : foldIn.solve(entries, penalty), offset);
    },
    embedMovie({ state }, movie, out, offset) {
      const place = knownIn(state.catalogue).placeOf[movie];
      if (place === -1) out.fill(0, offset, offset + d);
      else out.set(vectors.subarray(place * d, (place + 1) * d), offset);
    },
    line: () => line,
  };
  return {
    model: "als",
    embedder,
    frozen: [embedder],
    retriever: (moment, vectorsOf) => retrieverOf(embedder, moment, vectorsOf),
    explain(moment, user, movies) {
      const folded = read(moment, user);
      const known = knownIn(moment.state.catalogue);
      const place = (movie: number) => known.placeOf[movie] * d;
      return explainFoldIn(foldIn, {
        ...folded,
        known,
        movies,
        restOf: (movie) =>
          folded.entries.length > 0 || place(movie) < 0
            ? 0
            : newcomer.reduce((sum, value, k) => sum + value * vectors[place(movie) + k], 0),
      });
    },
  };
}

/** Vectors are [w ‖ b_u, 1] and [h ‖ 1, b_i], so that their product is all but g. */
function createExplicit(
  config: AlsConfig,
  { movieIds, vectors, gram }: AlsWeights,
): Als & Required<Pick<Scorer, "predict">> {
  const { dimension: d } = config;
  const knownIn = rememberKnown(movieIds);
  const foldIn = createFoldIn(vectors, gram);
  const read = (moment: Moment, user: number) => {
    const habit = userBias(moment, user);
    const expected = (movie: number) => moment.state.mean + habit + movieBias(moment.state, movie);
    const entries = entriesOf(moment, user, knownIn, (stars, movie) => ({
      confidence: 1,
      target: stars - expected(movie),
    }));
    return { habit, entries, penalty: penaltyOf(config, entries.length, movieIds.length) };
  };
  const embedder: Als["embedder"] = {
    dimension: d + 2,
    readsHistories: true,
    embedUser(moment, user, out, offset) {
      const { habit, entries, penalty } = read(moment, user);
      if (entries.length === 0) out.fill(0, offset, offset + d);
      else out.set(foldIn.solve(entries, penalty), offset);
      out[offset + d] = habit;
      out[offset + d + 1] = 1;
    },
    embedMovie({ state }, movie, out, offset) {
      const place = knownIn(state.catalogue).placeOf[movie];
      if (place === -1) out.fill(0, offset, offset + d);
      else out.set(vectors.subarray(place * d, (place + 1) * d), offset);
      out[offset + d] = 1;
      out[offset + d + 1] = movieBias(state, movie);
    },
    line: ({ state }) => ({ slope: 1, intercept: state.mean }),
  };
  const pair = new Float32Array(2 * (d + 2));
  let last: { moment?: Moment; user?: number; nRatings?: number; ratingSum?: number } = {};
  return {
    model: "als",
    embedder,
    frozen: [embedder],
    retriever: (moment, vectorsOf) => retrieverOf(embedder, moment, vectorsOf),
    explain(moment, user, movies) {
      const { habit, ...folded } = read(moment, user);
      return explainFoldIn(foldIn, {
        ...folded,
        known: knownIn(moment.state.catalogue),
        movies,
        restOf: (movie) => habit + movieBias(moment.state, movie),
      });
    },
    predict(moment, user, movie) {
      const { nRatings, ratingSum } = moment.state;
      // A solve is worth keeping while nothing has arrived: most predictions are of one person in a row.
      const isSame = last.moment === moment && last.user === user && last.nRatings === nRatings &&
        last.ratingSum === ratingSum;
      if (!isSame) embedder.embedUser(moment, user, pair, 0);
      last = { moment, user, nRatings, ratingSum };
      embedder.embedMovie(moment, movie, pair, d + 2);
      let product = 0;
      for (let k = 0; k < d + 2; k++) product += pair[k] * pair[d + 2 + k];
      return moment.state.mean + product;
    },
  };
}

/** The history's entries that the model knows and that weigh something. */
function entriesOf(
  moment: Moment,
  user: number,
  knownIn: (catalogue: Catalogue) => KnownMovies,
  learn: (stars: number, movie: number) => { confidence: number; target: number },
): Entry[] {
  const { movies, stars } = moment.histories.of(user);
  const counted = moment.state.userCounts[user] ?? 0;
  if (movies.length === 0 && counted > 0) {
    throw new RangeError(
      `Cannot fold user ${moment.users.ids[user]} in as their history is needed: found none, though ` +
        `${counted} ratings are counted. Next: give the moment the histories of whom it is asked about`,
    );
  }
  const { placeOf } = knownIn(moment.state.catalogue);
  const entries: Entry[] = [];
  for (let k = 0; k < movies.length; k++) {
    const place = placeOf[movies[k]];
    if (place === -1) continue;
    const { confidence, target } = learn(stars[k], movies[k]);
    if (confidence > 0) entries.push({ place, confidence, target });
  }
  // Sums in floats depend on their order, and not everybody who asks knows in which order the ratings came.
  return entries.sort((a, b) => a.place - b.place);
}

export function packAls(
  config: AlsConfig,
  { movieIds, vectors, gram, newcomer, line }: AlsWeights,
): Container {
  return { header: { model: "als", config, line }, arrays: { movieIds, vectors, gram, newcomer } };
}

/** Opens an artifact of this model. @throws {SyntaxError} when it is another's, or damaged. */
export function openAls(artifact: Container): Als {
  const header = headerOf("als", artifact);
  const config = alsConfig.parse(header.config);
  const { movieIds, vectors, gram, newcomer } = artifact.arrays;
  const { dimension: d } = config;
  if (
    vectors?.length !== movieIds?.length * d || gram?.length !== d * d || newcomer?.length !== d
  ) {
    throw new SyntaxError(`Cannot open "als" of dimension ${d}: its arrays have other lengths`);
  }
  return createAls(config, {
    movieIds: asIs(movieIds, Int32Array),
    vectors: asIs(vectors, Float32Array),
    gram: asIs(gram, Float32Array),
    newcomer: asIs(newcomer, Float32Array),
    line: lineSchema.parse(header.line),
  });
}

const lineSchema = z.strictObject({ slope: z.number().positive(), intercept: z.number() });
