/** The A/B experiment that is on: who should be in which variant, who was, and how people took the lists. */
import { createRoute, z } from "@hono/zod-openapi";
import { needs } from "../http/access.ts";
import type { AppDeps } from "../http/env.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, problems } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import { checkRatio } from "../recommend/ratio.ts";
import { sharesOf } from "../recommend/variants.ts";
import { clickThrough } from "../writes/click_through.ts";
import { feedbackSince } from "./lists/of_database.ts";
import { clicks } from "./models.ts";

const experiment = z.object({
  since: z.string().describe("Feedback from this time on."),
  variants: z.array(
    clicks.extend({
      variant: z.string().describe("champion: whoever is in no variant."),
      share: z.number().describe("Of the people, as the manifest says."),
      model: z.string().nullable().describe("Null: the champion."),
      version: z.string().nullable(),
      is_champion: z.boolean().describe(
        "Whether its people get the champion's lists: of two such groups nothing can differ but chance.",
      ),
    }),
  ).describe("None: no experiment is on."),
  sample_ratio: z.object({
    chi_square: z.number(),
    p: z.number().nullable().describe(
      "Chance of such groups if the shares are right; null: too few people to say.",
    ),
    is_mismatch: z.boolean().describe(
      "The groups are not as large as they should be: do not trust the rates.",
    ),
  }),
}).openapi("Experiment");

const look = createRoute({
  method: "get",
  path: "/experiments",
  ...needs("read"),
  tags: ["models"],
  summary: "Click-through by variant with intervals, and whether the groups have their shares",
  request: { query: closed({}) },
  responses: {
    200: json(experiment, "The experiment."),
    ...problems("bad-parameter", "nothing-to-serve", "database-down"),
  },
});

const NOTHING = { impressions: 0, clicks: 0, hides: 0, n_people: 0, rate: null, low: null, high: null };

export function experimentRoutes({ database, clock }: AppDeps) {
  return createRouter().openapi(look, async (c) => {
    const { champion, serving: { variants } } = servingOf(c).snapshot;
    const since = feedbackSince(clock());
    const { byVariant } = await database.use((db) => clickThrough(db, since));
    const shares = variants.length === 0 ? new Map<string, number>() : sharesOf(variants);
    const people = new Map(byVariant.map(({ variant, n_people }) => [variant ?? "", n_people]));
    const { chiSquare, p, isMismatch } = checkRatio(people, shares);
    c.header("cache-control", "no-store");
    return c.json({
      since: since.toISOString(),
      variants: Array.from(shares, ([name, share]) => {
        const found = byVariant.find(({ variant }) => variant === name) ?? NOTHING;
        const { model = null, version = null } = variants.find((variant) => variant.name === name) ?? {};
        const is_champion = version === null || version === champion?.version;
        return { ...found, variant: name, share, model, version, is_champion };
      }),
      sample_ratio: { chi_square: chiSquare, p, is_mismatch: isMismatch },
    }, 200);
  });
}
