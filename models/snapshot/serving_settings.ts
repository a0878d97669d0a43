/**
 * What the manifest says about serving, and what the snapshot carries of it: models by version, so that the server
 * never reads a manifest.
 */
import { z } from "zod";

const share = (of: string) => z.number().min(0).max(1).describe(`Share of the ${of}, 0 to 1.`);

/** The key `serving` of the manifest; `name` says what a model may be called. */
export const servingSchemaWith = (name: z.ZodType<string>) => {
  const model = name.describe(
    "`champion`, a model's name (its champion, else its newest version), or the 16 digits of a version.",
  );
  return z.object({
    variants: z.record(
      z.string().regex(/^[a-z][a-z0-9_]*$/, "a name of small letters, digits and _, a letter first"),
      z.object({ model, share: share("people") }),
    ).default({}).describe(
      "Variants by name: a stable hash of the person draws one, and whoever is in none gets the champion.",
    ),
    shadow: z.object({ model, share: share("requests") }).optional().describe(
      "A model that ranks a share of the requests as well; its lists are compared and never shown.",
    ),
    hide: z.object({
      movies: z.array(z.int()).default([]).describe("Ids of movies that no list ever shows."),
      genres: z.array(z.string()).default([]).describe("Genres of which no list ever shows a movie."),
    }).prefault({}).describe("What is never recommended to anybody."),
  }).superRefine(({ variants }, context) => {
    const sum = Object.values(variants).reduce((sum, { share }) => sum + share, 0);
    if (sum <= 1 + 1e-9) return;
    const found = Math.round(sum * 1e6) / 1e6;
    context.addIssue({
      code: "custom",
      path: ["variants"],
      message: `shares that add up to at most 1, not ${found}`,
    });
  });
};

/** Of any checkout: models are not looked up. */
export const servingSchema = servingSchemaWith(z.string());

export type ServingOptions = z.output<typeof servingSchema>;

/** One model version as the server finds it. */
export interface ServedVersion {
  version: string;
  /** Its name in the manifest. */
  model: string;
  /** Path below the artifact folder. */
  artifact: string;
  /** Of the artifact's bytes, in hex. */
  sha256: string;
}

export interface ServedVariant extends ServedVersion {
  name: string;
  /** Of the people, 0 to 1. */
  share: number;
}

export interface ServingSettings {
  /** In the manifest's order; who is in none gets the champion. */
  variants: ServedVariant[];
  /** Scores a share of the requests beside what answers them; null: none does. */
  shadow: (ServedVersion & { share: number }) | null;
  /** What no list ever shows. */
  hide: { movies: number[]; genres: string[] };
}

export const NO_SETTINGS: ServingSettings = { variants: [], shadow: null, hide: { movies: [], genres: [] } };
