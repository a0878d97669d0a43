/** What the server answers with while a model is live that cannot be given to it: the plan and the stage say the same. */
import { FAMILY } from "../models/family.ts";
import type { Model } from "../models/model.ts";

/** Null for a model with vectors, for one that nobody knows, and where its settings are not known. */
export function vectorless({ model, config }: { model: string; config?: unknown }): string | null {
  const known = Object.entries<Model>(FAMILY).find(([name]) => name === model)?.[1];
  if (known === undefined || config === undefined || known.hasVectors(config)) return null;
  return `${model} has no vectors for the server to scan: everybody gets what most have rated and they have not`;
}
