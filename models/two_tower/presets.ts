/**
 * The two-tower model by its presets: one name in the manifest, several designs behind it.
 *
 * Each preset has its own hyperparameters (a union told apart by `preset`, so that a key of another preset is an
 * unknown one), its own fit, and opens its own artifacts, whose header says in `config.preset` whose they are.
 */
import { z } from "zod";
import type { Container } from "../container.ts";
import type { Dataset } from "../dataset.ts";
import { defineModel, type FitOptions, type Fitted, headerOf, type Scorer } from "../model.ts";
import { contentConfig, fitContent, openContent } from "./content.ts";
import { cosineConfig, fitCosine, openCosine } from "./cosine.ts";
import { hybridConfig } from "./hybrid/config.ts";
import { fitHybrid } from "./hybrid/fit.ts";
import { openHybrid } from "./hybrid/scorer.ts";
import { demographicConfig, fitDemographic, openDemographic } from "./demographic.ts";

/** The first one is what a manifest without `preset` means. */
const twoTowerConfig = z.discriminatedUnion("preset", [
  hybridConfig,
  contentConfig,
  cosineConfig,
  demographicConfig,
]);

export type TwoTowerConfig = z.infer<typeof twoTowerConfig>;

const OPEN = {
  content: openContent,
  cosine: openCosine,
  demographic: openDemographic,
  hybrid: openHybrid,
} satisfies Record<TwoTowerConfig["preset"], (artifact: Container) => Scorer>;

export const twoTower = defineModel({
  isWarmable: true,
  shapedBy: [
    "preset",
    "features",
    "hidden",
    "dimension",
    "dropout",
    "id_dimension",
    "trait_dimension",
    "id_from",
    "retrieval_dimension",
    "rating_dimension",
  ],
  config: twoTowerConfig,
  space: {
    hidden: { values: [[32], [64], [128], [64, 64]] },
    dimension: { values: [16, 32, 64] },
    learning_rate: { low: 1e-3, high: 3e-2, scale: "log" },
    batch_size: { values: [128, 256, 512, 1024] },
    epochs: { low: 3, high: 20, scale: "log", isWhole: true },
    // Of the hybrid.
    retrieval_dimension: { values: [32, 64, 128] },
    rating_learning_rate: { low: 1e-3, high: 1e-2, scale: "log" },
    dropout: { low: 0, high: 0.7 },
    id_dropout: { low: 0.1, high: 0.6 },
    retrieval_decay: { low: 1e-7, high: 1e-3, scale: "log" },
    rating_decay: { low: 1e-5, high: 1e-1, scale: "log" },
    gap: { low: 0, high: 1 },
    retrieval_recency: { low: 0.9, high: 1 },
  },
  fit,
  open,
});

function fit(dataset: Dataset, config: TwoTowerConfig, options: FitOptions): Promise<Fitted> {
  switch (config.preset) {
    case "content":
      return fitContent(dataset, config, options);
    case "cosine":
      return fitCosine(dataset, config, options);
    case "demographic":
      return fitDemographic(dataset, config, options);
    case "hybrid":
      return fitHybrid(dataset, config, options);
  }
}

/** @throws {SyntaxError} when `artifact` is another model's, of a preset that is not known here, or damaged. */
function open(artifact: Container): Scorer {
  const { config } = headerOf("two_tower", artifact);
  const known = z.object({ preset: z.enum(Object.keys(OPEN) as (keyof typeof OPEN)[]).default("content") })
    .safeParse(config);
  if (!known.success) {
    throw new SyntaxError(
      `Cannot open the artifact as config.preset should be one of ${Object.keys(OPEN).join(", ")}: found ${
        JSON.stringify(config ?? null)
      }`,
    );
  }
  return OPEN[known.data.preset](artifact);
}
