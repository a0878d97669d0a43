/** Hyperparameters that the presets of towers share: the shape of the layers, and how they are trained. */
import { z } from "zod";

/** Fields of the network. */
export const NETWORK = {
  hidden: z.array(z.number().int().min(1)).default([64]).describe(
    "Units of the hidden layers, each with ReLU, the same in both towers.",
  ),
  dimension: z.number().int().min(1).default(32).describe(
    "Length d of an embedding.",
  ),
};

/** Fields of the training. */
export const TRAINING = {
  engine: z.enum(["kernels", "tfjs"]).default("kernels").describe(
    "What computes the steps: Matinee's own kernels, or TensorFlow.js.",
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
    "Epochs without a better validation loss until training stops.",
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
};

const training = z.strictObject(TRAINING);

export type TrainingConfig = z.infer<typeof training>;
