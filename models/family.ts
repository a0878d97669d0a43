/** The models by their names in the manifest. */
import { bias } from "./bias.ts";
import { twoTower } from "./fit_two_tower.ts";
import type { Model } from "./model.ts";
import { popularity } from "./popularity.ts";

export const FAMILY = { two_tower: twoTower, bias, popularity } satisfies Record<string, Model>;

export type ModelName = keyof typeof FAMILY;
