/** Which model makes a list: the one that the request names, that of the person's variant, or the champion. */
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { LoadedModel } from "../live/loaded_model.ts";
import type { Models } from "../live/models.ts";
import { OPENED } from "../live/openers.ts";
import { POPULARITY } from "./popularity.ts";
import type { ListRequest } from "./request.ts";
import { REMAINDER, variantOf } from "./variants.ts";

export interface Choice {
  /** Null: popularity. */
  model: LoadedModel | null;
  /** The group of the experiment that the list is made for; null: none. */
  variant: string | null;
}

/** The two-tower network by its other name, and versions with their model's name before them: `als_0123456789abcdef`. */
const OTHER_NAMES: Readonly<Record<string, string>> = { two_tower_NN: "two_tower" };

/** What a model or version is called here, by any name that it goes by. */
function knownAs(name: string): string {
  const model = OPENED.find((model) => name.startsWith(`${model}_`));
  return OTHER_NAMES[name] ?? (model === undefined ? name : name.slice(model.length + 1));
}

/** @throws {RangeError} when the request names what is not open: load it before. */
export function chooseModel(
  { serving: { variants } }: Snapshot,
  models: Models,
  { model: name, userId }: Pick<ListRequest, "model" | "userId">,
): Choice {
  if (name === undefined) {
    const drawn = variantOf(userId, variants);
    if (drawn === null) return { model: models.champion, variant: null };
    if (drawn.variant === null) return { model: models.champion, variant: drawn.name };
    const model = models.find(drawn.variant.version);
    // A variant that could not be opened has no lists: whoever is in it is in no group.
    return model ? { model, variant: drawn.name } : { model: models.champion, variant: null };
  }
  const variant = variants.find((variant) => variant.name === name);
  if (name === REMAINDER && !variant) return { model: models.champion, variant: null };
  const model = models.find(variant?.version ?? knownAs(name));
  if (model) return { model, variant: variant ? name : null };
  if (name === POPULARITY) return { model: null, variant: null };
  throw new RangeError(`Cannot list by "${name}" as no model, version or variant that is open is called so`);
}

/** What the request names, where it has to be loaded before: a version, or a model's name; null: nothing has. */
export function toBeLoaded(
  { serving: { variants } }: Snapshot,
  models: Models,
  name: string | undefined,
): string | null {
  if (name === undefined || name === POPULARITY || name === REMAINDER) return null;
  const wanted = variants.find((variant) => variant.name === name)?.version ?? knownAs(name);
  return models.find(wanted) ? null : wanted;
}
