/** The models by their names in the manifest. */
import { als } from "./als/fit.ts";
import { bias } from "./bias.ts";
import { cascade } from "./cascade/fit.ts";
import { ease } from "./ease/fit.ts";
import { fm } from "./fm/fit.ts";
import { itemKnn } from "./item_knn/fit.ts";
import { twoTower } from "./two_tower/presets.ts";
import type { Model } from "./model.ts";
import { popularity } from "./popularity.ts";
import { ranker } from "./ranker/fit.ts";

export const FAMILY = {
  two_tower: twoTower,
  ranker,
  cascade,
  als,
  fm,
  ease,
  item_knn: itemKnn,
  bias,
  popularity,
} satisfies Record<string, Model>;

export type ModelName = keyof typeof FAMILY;

/** Models that learn from who met what; the others learn stars, and from interactions alone nothing. */
export const LEARNS_FROM_INTERACTIONS: readonly string[] = Object.entries<Model>(FAMILY)
  .filter(([, { learnsFrom }]) => learnsFrom === "interactions")
  .map(([name]) => name);
