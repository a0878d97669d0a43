/** What a search may try of a model's hyperparameters: declared beside the config that it is drawn for. */
import type { z } from "zod";
import { createRng, type Rng } from "./rng.ts";

/** A range (from `low` to `high`, by default linear), or some values; `only` where these stay as they are. */
export type Dimension =
  & { only?: Readonly<Record<string, unknown>> }
  & (
    | { low: number; high: number; scale?: "linear" | "log"; isWhole?: boolean }
    | { values: readonly unknown[] }
  );

/** By key of the config. Keys that a preset does not have are left out of its search. */
export type SearchSpace = Readonly<Record<string, Dimension>>;

/** The dimensions of `space` that `fixed` leaves open, and that its preset has. */
export function openSpace(
  { config, space = {} }: { config: z.ZodType; space?: SearchSpace },
  fixed: Record<string, unknown>,
): SearchSpace {
  const rng = createRng(0);
  return Object.fromEntries(
    Object.entries(space).filter(([key, dimension]) =>
      !Object.hasOwn(fixed, key) &&
      Object.entries(dimension.only ?? {}).every(([other, value]) => fixed[other] === value) &&
      config.safeParse({ ...fixed, ...drawConfig({ [key]: dimension }, rng) }).success
    ),
  );
}

/** One point of `space`, every dimension by itself. */
export function drawConfig(space: SearchSpace, rng: Rng): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(space).map(([key, dimension]) => [key, drawValue(dimension, rng)]),
  );
}

function drawValue(dimension: Dimension, rng: Rng): unknown {
  if ("values" in dimension) return dimension.values[rng.below(dimension.values.length)];
  const { low, high, scale = "linear", isWhole = false } = dimension;
  const share = rng.uniform();
  const value = scale === "log" ? low * (high / low) ** share : low + share * (high - low);
  return isWhole ? Math.round(value) : Number(value.toPrecision(4)); // four digits are enough to say it again
}
