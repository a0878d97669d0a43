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
 * With `ranker: { by: rating }` the candidates' order is the stars that the ranking network predicts (see by_rating.ts).
 *
 * Cost: by choice every member is fitted twice, once on the past and once on everything; by rating the towers once, and
 * then the network over all examples. Retrievers that are quick to fit, as `ease` on a small catalogue, make it cheap.
 *
 * On last20 nDCG@10 / recall@10 are .124 / .107 with the hybrid as retriever (29 CPU s) and .127 / .102 with `ease`
 * (floor .123 / .098). By rating they are .071 / .054, worse than the retriever's: who would give 5 stars is another
 * question than who will watch; it is for those who show stars (RMSE .897).
 */
import { z } from "zod";
import type { Container } from "../container.ts";
import { headerOf, type Retriever, type Scorer, type Stages, type VectorsOf } from "../model.ts";
import type { Moment } from "../ratings.ts";
import { topN } from "../top_n.ts";
import { rankerConfig } from "../ranker/ranker.ts";
import { openByRating } from "./by_rating.ts";
import { createCandidateFeatures, featureNames } from "./candidate_features.ts";
import { scoresOf } from "./conditional_logit.ts";
import { memberSchema, openMembers, retrieversOf } from "./members.ts";

const ADVISERS = [
  { model: "item_knn" as const, config: { half_life: 20 } },
  { model: "item_knn" as const, config: { taste: "all" } },
];

const rankerSchema = z.strictObject({
  by: z.enum(["choice", "rating"]).default("choice").describe(
    "What orders the candidates: `choice`, what people went on to like, learnt from all members' scores; or `rating`, " +
      "the stars that a ranking network predicts on the towers of the retriever, a two_tower.",
  ),
  config: z.record(z.string(), z.unknown()).default({}).describe(
    "By rating: the network's hyperparameters, those of `ranker` but for its towers.",
  ),
});

export const cascadeConfig = z.strictObject({
  retriever: memberSchema.prefault({ model: "two_tower", config: { preset: "hybrid" } }).describe(
    "Which model finds the candidates.",
  ),
  ranker: rankerSchema.prefault({}).describe("What puts the candidates in order."),
  advisers: z.array(memberSchema).prefault(ADVISERS).describe(
    "By choice: models whose scores the ranker sees beside the retriever's.",
  ),
  retrieve: z.number().int().min(1).default(200).describe("Candidates that the retriever hands on."),
  newest_share: z.number().gt(0).max(0.5).default(0.2).describe(
    "By choice: share of each person's ratings, the newest, that the ranker learns from.",
  ),
  people: z.number().int().min(1).default(5_000).describe(
    "By choice: people that the ranker learns from, at most.",
  ),
  l2: z.number().positive().default(0.001).describe("By choice: λ, penalty on the ranker's weights."),
}).check(({ value: { ranker: { by, config }, retriever, advisers }, issues }) => {
  const complain = (path: PropertyKey[], message: string, input: unknown) =>
    void issues.push({ code: "custom", path, message, input });
  if (by === "choice") {
    if (Object.keys(config).length > 0) complain(["ranker", "config"], "by choice there are none", config);
    return;
  }
  if (retriever.model !== "two_tower") {
    complain(
      ["retriever", "model"],
      "by rating it must be two_tower, whose vectors the network reads",
      retriever,
    );
  }
  if (advisers.length > 0 && JSON.stringify(advisers) !== JSON.stringify(ADVISERS)) {
    complain(["advisers"], "by rating there are none", advisers);
  }
  if ("towers" in config) complain(["ranker", "config", "towers"], "they are the retriever's", config);
  for (const { path, message } of rankerConfig.safeParse(config).error?.issues ?? []) {
    complain(["ranker", "config", ...path], message, config);
  }
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
    frozen: members.flatMap((member) => member.frozen ?? []),
    retriever(moment: Moment, vectorsOf?: VectorsOf): Retriever {
      const find = createFinder(members, moment, { retrieve, vectorsOf });
      return (now, user, out) => {
        const { movies, rows, retrieved } = find(now, user);
        putBelow(out, retrieved, movies, scoresOf(rows, weights));
      };
    },
    stages(moment: Moment, vectorsOf?: VectorsOf): Stages {
      const retrievers = retrieversOf(members, moment, vectorsOf);
      const { size } = moment.state.catalogue.movies;
      const scores = retrievers.map(() => new Float32Array(size));
      const features = createCandidateFeatures(moment, members.length);
      return {
        retrieve: retrievers[0],
        candidates: retrieve,
        rank(now, user, movies) {
          retrievers.forEach((each, r) => each(now, user, scores[r]));
          return scoresOf(features.rowsOf(now, { user, movies, scores }), weights);
        },
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
  { retrieve, vectorsOf }: { retrieve: number; vectorsOf?: VectorsOf },
): (now: Moment, user: number) => Found {
  const retrievers = retrieversOf(members, moment, vectorsOf);
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
export function putBelow(
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
export function openCascade(artifact: Container): Scorer {
  const config = cascadeConfig.parse(headerOf("cascade", artifact).config);
  if (config.ranker.by === "rating") return openByRating(artifact, config);
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
