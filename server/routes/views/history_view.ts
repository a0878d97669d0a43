/** What somebody rated, page by page: of the snapshot and since, whether or not PostgreSQL is up. */
import { z } from "@hono/zod-openapi";
import type { Named } from "../../http/parameters.ts";
import type { Serving } from "../../live/live.ts";
import { historyOf, type Person, personOf, starsFor } from "../../recommend/person.ts";
import { modelOf, modelVersion, SNAPSHOT, source } from "./model_view.ts";
import { titleOf, titleSchema } from "./movie_view.ts";
import { nameFields, nameOf } from "./user_view.ts";

export const historySchema = z.object({
  ...nameFields,
  model_version: modelVersion,
  source,
  n_rated: z.int().describe("Movies that they rated, over all pages."),
  offset: z.int(),
  items: z.array(titleSchema.extend({
    rating: z.number().nullable().describe("Stars; null: only that they rated it is known."),
    is_new: z.boolean().describe("Whether they rated it after the snapshot."),
  })).describe("The last ones first, as far as their order is known; older ones by movie id."),
  next: z.string().nullable().describe("Where the next page is; null: this is the last."),
}).openapi("History");

export interface Page {
  offset: number;
  n: number;
}

/** Null when nothing is known of them. */
export function historyView(
  serving: Serving,
  named: Named,
  { offset, n }: Page,
): z.infer<typeof historySchema> | null {
  const { snapshot } = serving;
  const person = personOf(serving, { userId: named.id });
  const movies = newestFirst(serving, person);
  if (person.user < 0 && movies.length === 0) return null;
  const end = offset + n;
  return {
    ...nameOf(named),
    ...modelOf(snapshot),
    source: SNAPSHOT,
    n_rated: movies.length,
    offset,
    items: movies.slice(offset, end).map((movie) => {
      const stars = starsFor(person, movie);
      return {
        ...titleOf(snapshot, movie),
        rating: stars === null || Number.isNaN(stars) ? null : stars,
        is_new: person.later.has(movie),
      };
    }),
    next: end < movies.length ? `/users/${named.id}/ratings?offset=${end}&n=${n}` : null,
  };
}

/** Each rated movie once: those since the snapshot, then its own. */
function newestFirst({ snapshot }: Serving, person: Person): number[] {
  const later = [...person.later.keys()].reverse();
  const earlier = [...historyOf(snapshot, person).movies].reverse();
  return [...new Set([...later, ...earlier])];
}
