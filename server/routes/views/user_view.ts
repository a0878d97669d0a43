/** How a person goes over the wire. */
import { z } from "@hono/zod-openapi";
import { isRated, ratedBy } from "../../../models/snapshot/rated_lists.ts";
import type { Named } from "../../http/parameters.ts";
import type { Serving } from "../../live/live.ts";
import { sourceFor } from "../../recommend/recommend.ts";
import { mean, modelOf, modelVersion, source } from "./model_view.ts";

export const nameFields = {
  user_id: z.int().nullable().describe("Null: nobody has this key."),
  user_key: z.string().optional().describe("What the data set calls them, where its ids are texts."),
};

export const userSchema = z.object({
  ...nameFields,
  model_version: modelVersion,
  source,
  n_rated: z.int().describe("Movies that they rated, as of the snapshot."),
  mean_rating: z.number().nullable().describe("Stars; null: unknown to the snapshot."),
  n_rated_since: z.int().describe("Movies rated since."),
}).openapi("User");

/** An id, and the key where it has one; a key that nobody has goes without an id. */
export function nameOf({ id, key }: Named) {
  return { user_id: id < 0 ? null : id, ...(key === undefined ? {} : { user_key: key }) };
}

/** Null when nothing is known of them. */
export function userView({ snapshot, newer }: Serving, named: Named): z.infer<typeof userSchema> | null {
  const { id: userId } = named;
  const user = snapshot.userIndex(userId);
  const rated = ratedBy(snapshot.rated, userId);
  const later = [...newer.of(userId)?.keys() ?? []];
  if (user < 0 && later.length === 0) return null;
  return {
    ...nameOf(named),
    ...modelOf(snapshot),
    source: sourceFor(snapshot, userId),
    n_rated: rated.length,
    mean_rating: user < 0 ? null : mean(snapshot.userRatingSums[user], rated.length),
    n_rated_since: later.filter((id) => !isRated(rated, snapshot.movieIndex(id))).length,
  };
}
