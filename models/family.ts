/** The models by their names in the manifest. */
import { bias } from "./bias.ts";
import { twoTower } from "./fit_two_tower.ts";
import type { Model } from "./model.ts";
import { popularity } from "./popularity.ts";

export const FAMILY = { two_tower: twoTower, bias, popularity } satisfies Record<string, Model>;

/** Models that learn from who met what; the others learn stars, and from interactions alone nothing. */
export const LEARNS_FROM_INTERACTIONS: readonly ModelName[] = ["popularity"];

export type ModelName = keyof typeof FAMILY;
