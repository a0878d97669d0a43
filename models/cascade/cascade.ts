/**
 * The cascade: a retriever finds a few hundred movies that are worth a look, a ranker puts these in order.
 *
 *   C(u) = top 200 unseen movies by the retriever,   score(u, m) = wᵀ x(u, m) for m ∈ C(u), below all of them elsewhere
 *
 * (Two stages as in Covington et al. 2016.) The ranker sees what the retriever and its advisers say of each candidate
 * and what is known of movie and person (see candidate_features.ts). It learns from what people liked among their
 * newest ratings, with members fitted on what came before, as a conditional logit (see conditional_logit.ts): it finds
 * out how far each member can be believed. Then the members learn from everything.
 *
 * With `objective: rating` the candidates' order is the stars that the ranking network predicts (see ../ranker/).
 */
import { z } from "zod";
import type { Container } from "../container.ts";
import { headerOf, type Retriever, type Scorer } from "../model.ts";
import type { Moment } from "../ratings.ts";
import { topN } from "../top_n.ts";
import { createCandidateFeatures, featureNames } from "./candidate_features.ts";
import { scoresOf } from "./conditional_logit.ts";
import { memberSchema, openMembers, retrieversOf } from "./members.ts";

export const cascadeConfig = z.strictObject({
  retriever: memberSchema.prefault({ model: "two_tower", config: { preset: "hybrid" } }).describe(
    "Which model finds the candidates.",
  ),
  advisers: z.array(memberSchema).prefault([
    { model: "item_knn", config: { half_life: 20 } },
    { model: "item_knn", config: { taste: "all" } },
  ]).describe("Models whose scores the ranker sees beside the retriever's."),
  retrieve: z.number().int().min(1).default(200).describe("Candidates that the retriever hands on."),
  newest_share: z.number().gt(0).max(0.5).default(0.2).describe(
    "Share of each person's ratings, the newest, that the ranker learns from.",
  ),
  people: z.number().int().min(1).default(5_000).describe("People that the ranker learns from, at most."),
  l2: z.number().positive().default(0.001).describe("λ: penalty on the ranker's weights."),
});

export type CascadeConfig = z.infer<typeof cascadeConfig>;

/** The ranker: a weight for each feature, which is standardised first. */
export interface Logit {
  mean: Float64Array;
  scale: Float64Array;
  weights: Float64Array;
}

export interface CascadeParts {
  /** The retriever, then the advisers. */
  members: readonly Scorer[];
  logit: Logit;
  retrieve: number;
}

export function createCascade({ members, logit, retrieve }: CascadeParts) {
  // wᵀ (x − μ) / σ, up to what is the same for all candidates.
  const weights = logit.weights.map((weight, i) => weight * logit.scale[i]);
  return {
    model: "cascade",
    retriever(moment: Moment): Retriever {
      const find = createFinder(members, moment, retrieve);
      return (now, user, out) => {
        const { movies, rows, retrieved } = find(now, user);
        putBelow(out, retrieved, movies, scoresOf(rows, weights));
      };
    },
  } satisfies Scorer;
}

/** Candidates of one person, and their features. */
export interface Found {
  movies: Int32Array;
  rows: Float32Array; // [candidates × width]
  /** The retriever's scores of all movies; overwritten by the next person's. */
  retrieved: Float32Array;
}

/** Finds candidates as of `moment`, and what members say of them. */
export function createFinder(
  members: readonly Scorer[],
  moment: Moment,
  retrieve: number,
): (now: Moment, user: number) => Found {
  const retrievers = retrieversOf(members, moment);
  const { ids, size } = moment.state.catalogue.movies;
  const scores = retrievers.map(() => new Float32Array(size));
  const features = createCandidateFeatures(moment, members.length);
  return (now, user) => {
    retrievers.forEach((each, r) => each(now, user, scores[r]));
    const seen = new Set(now.histories.of(user).movies);
    const { movies } = topN(scores[0], { n: retrieve, isSeen: (movie) => seen.has(movie), ids });
    return { movies, rows: features.rowsOf(now, { user, movies, scores }), retrieved: scores[0] };
  };
}

/** Writes the candidates' scores, and for all others the retriever's order below them. */
function putBelow(
  out: Float32Array,
  retrieved: Float32Array,
  movies: Int32Array,
  scores: Float64Array,
): void {
  const lowest = scores.reduce((a, b) => Math.min(a, b), 0);
  const highest = retrieved.reduce((a, b) => b > a ? b : a, -Infinity);
  for (let movie = 0; movie < out.length; movie++) out[movie] = lowest - 1 - (highest - retrieved[movie]);
  movies.forEach((movie, m) => out[movie] = scores[m]);
}

export function packCascade(config: CascadeConfig, members: Container, logit: Logit): Container {
  const names = featureNames([config.retriever, ...config.advisers].map(({ model }) => model));
  return {
    header: { model: "cascade", config: z.json().parse(config), features: names, ...members.header },
    arrays: {
      ...members.arrays,
      "ranker.mean": logit.mean,
      "ranker.scale": logit.scale,
      "ranker.weights": logit.weights,
    },
  };
}

/** Opens an artifact of this model. @throws {SyntaxError} when it is another's, or damaged. */
export function openCascade(artifact: Container) {
  const config = cascadeConfig.parse(headerOf("cascade", artifact).config);
  const all = [config.retriever, ...config.advisers];
  const width = featureNames(all.map(({ model }) => model)).length;
  const doubles = (name: string) => {
    const found = artifact.arrays[name];
    if (found instanceof Float64Array && found.length === width) return found;
    throw new SyntaxError(
      `Cannot open the artifact as ${name} should be ${width} numbers: found ${found?.length ?? "nothing"}`,
    );
  };
  return createCascade({
    members: openMembers(all, artifact),
    logit: {
      mean: doubles("ranker.mean"),
      scale: doubles("ranker.scale"),
      weights: doubles("ranker.weights"),
    },
    retrieve: config.retrieve,
  });
}
