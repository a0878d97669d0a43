/**
 * The two-tower model: a user tower and a movie tower over content features, joined by a dot product.
 *
 *   r̂(u, m) = g + a · ⟨e(x_u), e(y_m)⟩ + b,   minimising Σ (r − r̂)² over examples as of their own moment
 *
 * Towers as in Yi et al. 2019, unit vectors, a > 0 (see towers.ts). The inputs are features of the moment (see
 * features.ts), so the model follows every rating without being trained again, and a newcomer needs no special case:
 * training saw every user's first steps.
 */
import { z } from "zod";
import { openWeights } from "./_weights.ts";
import type { Container } from "../container.ts";
import { createFeatures, type FeatureShape, featureShape } from "../features.ts";
import { type Embedder, headerOf, type Scorer } from "../model.ts";
import { retrieverOf } from "../retriever.ts";
import { forward, type Weights } from "./towers.ts";

export const contentConfig = z.strictObject({
  preset: z.literal("content").default("content").describe(
    "`content`: towers over content features alone.",
  ),
  features: featureShape.shape.preset.default("deviations").describe(
    "Which features feed the towers: `deviations`, or the textbook's `genre_means`.",
  ),
  hidden: z.array(z.number().int().min(1)).default([64]).describe(
    "Units of the hidden layers, each with ReLU, the same in both towers.",
  ),
  dimension: z.number().int().min(1).default(32).describe(
    "Length d of an embedding.",
  ),
  engine: z.enum(["tfjs"]).default("tfjs").describe(
    "What computes the steps.",
  ),
  batch_size: z.number().int().min(1).default(512).describe(
    "Examples per step.",
  ),
  epochs: z.number().int().min(1).default(8).describe(
    "Passes over the training examples, at most.",
  ),
  max_examples: z.number().int().min(1).default(5_000_000).describe(
    "Examples that all epochs before the refit may step over: large data gets fewer epochs, but never less than one.",
  ),
  learning_rate: z.number().positive().default(0.01).describe(
    "Adam's step size to begin with; it falls linearly to 0 over all epochs.",
  ),
  patience: z.number().int().min(1).default(4).describe(
    "Epochs without a better validation RMSE until training stops.",
  ),
  plateau_patience: z.number().int().min(1).default(2).describe(
    "Epochs without one until the learning rate falls.",
  ),
  plateau_factor: z.number().gt(0).lt(1).default(0.5).describe(
    "What the learning rate is multiplied by then.",
  ),
  validation_share: z.number().min(0).max(0.5).default(0.1).describe(
    "Share of the examples, the newest but for the test, that early stopping looks at.",
  ),
  test_share: z.number().min(0).max(0.5).default(0.05).describe(
    "Share of the examples, the newest of all, that only the report looks at.",
  ),
  refit: z.boolean().default(true).describe(
    "Whether to train once more on all examples, for as many epochs as validation found best.",
  ),
  window: z.number().int().min(1).default(1_000_000).describe(
    "Examples that are shuffled together; 280 bytes each.",
  ),
  warm_learning_rate: z.number().positive().default(3e-4).describe(
    "Adam's step size in a warm update.",
  ),
  warm_epochs: z.number().int().min(1).default(3).describe(
    "Passes of a warm update, at most.",
  ),
});

export type ContentConfig = z.infer<typeof contentConfig>;

export interface TwoTower extends Required<Scorer> {
  readonly features: FeatureShape;
  readonly weights: Weights;
}

/** The scorer of `weights`; one at a time: it keeps room for one user's and one movie's inputs. */
export function createTwoTower(shape: FeatureShape, weights: Weights): TwoTower {
  const features = createFeatures(shape);
  const [userTower, movieTower] = [forward(weights.user), forward(weights.movie)];
  const userInputs = new Float32Array(features.userWidth);
  const movieInputs = new Float32Array(features.movieWidth);
  const dimension = weights.user.layers[weights.user.layers.length - 1].units;
  const pair = new Float32Array(2 * dimension);
  const embedder: Embedder = {
    dimension,
    embedUser({ state }, user, out, offset) {
      features.userInputs(state, user, userInputs, 0);
      userTower(userInputs, 0, out, offset);
    },
    embedMovie({ state }, movie, out, offset) {
      features.movieInputs(state, movie, movieInputs, 0);
      movieTower(movieInputs, 0, out, offset);
    },
    line: ({ state }) => ({ slope: Math.exp(weights.logScale), intercept: state.mean + weights.offset }),
  };
  return {
    model: "two_tower",
    features: shape,
    weights,
    embedder,
    predict(moment, user, movie) {
      embedder.embedUser(moment, user, pair, 0);
      embedder.embedMovie(moment, movie, pair, dimension);
      let cosine = 0;
      for (let k = 0; k < dimension; k++) cosine += pair[k] * pair[dimension + k];
      const { slope, intercept } = embedder.line(moment);
      return slope * cosine + intercept;
    },
    retriever: (moment) => retrieverOf(embedder, moment),
  };
}

/** Opens an artifact of this model. @throws {SyntaxError} when it is another's, or damaged. */
export function openTwoTower(artifact: Container): TwoTower {
  const header = headerOf("two_tower", artifact);
  return createTwoTower(featureShape.parse(header.features), openWeights(artifact));
}
