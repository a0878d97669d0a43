/** The hybrid's hyperparameters. */
import { z } from "zod";

const multipleOf4 = z.number().int().min(4).multipleOf(4);

export const hybridConfig = z.strictObject({
  preset: z.literal("hybrid").default("hybrid").describe(
    "`hybrid`: content features, embeddings of users and movies, and the person's history as a bag.",
  ),
  retrieval_dimension: multipleOf4.default(64).describe(
    "Length d₁ of the vectors whose products rank: what is published; a multiple of 4.",
  ),
  rating_dimension: multipleOf4.default(16).describe(
    "Length d₂ of the vectors whose products correct the predicted rating; a multiple of 4.",
  ),
  hidden: multipleOf4.default(32).describe(
    "Units of each objective's hidden layer, with ReLU, in both towers; a multiple of 4.",
  ),
  engine: z.enum(["kernels"]).default("kernels").describe("What computes the steps."),
  batch_size: z.number().int().min(1).default(512).describe("Examples per step."),
  epochs: z.number().int().min(1).default(6).describe("Passes over the examples, at most."),
  rating_epochs: z.number().int().min(1).default(2).describe(
    "Passes after which the rating's part is left as it is: it is learnt sooner than retrieval is.",
  ),
  max_examples: z.number().int().min(1).default(5_000_000).describe(
    "Examples that all epochs may step over: large data gets fewer epochs, but never less than one.",
  ),
  learning_rate: z.number().positive().default(0.005).describe(
    "Adam's step size for retrieval to begin with; it falls linearly to 0 over all epochs.",
  ),
  rating_learning_rate: z.number().positive().default(0.003).describe(
    "The same for ratings, over rating_epochs.",
  ),
  dropout: z.number().min(0).lt(1).default(0.5).describe(
    "Share of a user's retrieval vector that training silences at each example.",
  ),
  id_dropout: z.number().min(0).lt(1).default(0.3).describe(
    "Share of the examples whose user is taken for an unknown one, so that newcomers are met in training.",
  ),
  retrieval_decay: z.number().min(0).default(1e-5).describe(
    "λ₁: L2 regularisation of embeddings for retrieval, per example that met them.",
  ),
  rating_decay: z.number().min(0).default(1e-3).describe(
    "λ₂: the same for ratings.",
  ),
  positive: z.number().min(0.5).max(5).default(4).describe(
    "Stars from which a rating is something to be found.",
  ),
  gap: z.number().min(0).max(1).default(0.5).describe(
    "Share of the bag's newest ratings that retrieval may have to do without in training: it looks ahead by more than the next rating.",
  ),
  liking: z.number().min(0).default(0.5).describe(
    "β: what a star above the person's mean adds to a movie's weight in the bag, for retrieval.",
  ),
  retrieval_recency: z.number().gt(0).max(1).default(0.97).describe(
    "γ: what the next older rating of the bag counts for retrieval.",
  ),
  rating_recency: z.number().gt(0).max(1).default(0.98).describe(
    "δ: what the next older rating of the bag counts for ratings.",
  ),
  window: z.number().int().min(1).default(1_000_000).describe(
    "Examples that are shuffled together; 220 bytes each.",
  ),
  warm_learning_rate: z.number().positive().default(5e-4).describe(
    "Adam's step size in a warm update, for both objectives.",
  ),
  warm_epochs: z.number().int().min(1).default(1).describe("Passes of a warm update."),
});

export type HybridConfig = z.infer<typeof hybridConfig>;
