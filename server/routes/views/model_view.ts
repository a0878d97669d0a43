/** What every answer says of where it comes from. */
import { z } from "@hono/zod-openapi";
import type { Snapshot } from "../../../models/snapshot/snapshot.ts";
import { type Filter, hiddenGenres } from "../../recommend/shelf.ts";

export const modelVersion = z.string().nullable().describe(
  "The version that answered; where none did, the champion's; null: there is none.",
);

export const source = z.string().describe(
  "What made the answer: the name of a model, popularity, or the snapshot itself.",
);

/** The `source` of facts that no model made. */
export const SNAPSHOT = "snapshot";

/** Which way a list came about; cold start takes the first of them that it can. */
export const path = z.enum(["model", "fold_in", "content", "genre_popularity", "popularity"]).describe(
  "The model, for whom it knows; given and newer ratings folded in; content; popularity in their genres; popularity.",
);

export const variant = z.string().nullable().describe(
  "The A/B variant that the person is in; null: there are none.",
);

export function modelOf({ champion }: Snapshot) {
  return { model_version: champion?.version ?? null };
}

export const sampleFields = {
  sample: z.literal(true).optional().describe("These people and ratings are made up."),
  edition: z.string().optional().describe("Name of the generated sample."),
};

/** Made-up ratings are called so wherever they may be taken for real ones. */
export function sampleLabel({ isSample, edition }: Snapshot) {
  return isSample ? { sample: true as const, edition } : {};
}

export const filterFields = {
  hidden_genres: z.array(z.string()).optional().describe(
    "Genres of `genres` that the manifest hides: no list shows a movie of them.",
  ),
};

/** What a filter asks for in vain is said. */
export function filterNotes(snapshot: Snapshot, filter: Filter) {
  const hidden = hiddenGenres(snapshot, filter);
  return hidden.length > 0 ? { hidden_genres: hidden } : {};
}

/** Rounded to two places; null of nothing. */
export function mean(sum: number, n: number): number | null {
  return n === 0 ? null : Math.round(sum / n * 100) / 100;
}
