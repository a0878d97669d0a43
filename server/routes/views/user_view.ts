/** How a person goes over the wire. */
import { z } from "@hono/zod-openapi";
import type { Snapshot } from "../../../models/snapshot/snapshot.ts";
import type { Named } from "../../http/parameters.ts";
import type { Serving } from "../../live/live.ts";
import { historyOf, type Person, personOf } from "../../recommend/person.ts";
import { sourceFor } from "../../recommend/recommend.ts";
import { mean, modelOf, modelVersion, source } from "./model_view.ts";

export const nameFields = {
  user_id: z.int().nullable().describe("Null: nobody has this key."),
  user_key: z.string().optional().describe("What the data set calls them, where its ids are texts."),
};

export const demographicFields = {
  gender: z.string().nullable().describe("Null: unknown."),
  age: z.int().nullable().describe("In years, as the archive has it; null: unknown."),
  occupation: z.string().nullable().describe("Null: unknown."),
};

export const userSchema = z.object({
  ...nameFields,
  ...demographicFields,
  model_version: modelVersion,
  source,
  n_rated: z.int().describe("Movies that they rated, until now."),
  n_rated_since: z.int().describe("Of these, how many after the snapshot."),
  mean_rating: z.number().nullable().describe("Stars; null: none are known."),
  genres: z.array(z.object({
    genre: z.string(),
    n_rated: z.int(),
    mean_rating: z.number(),
  })).describe("Their taste: the genres that they rated, the most rated first."),
}).openapi("User");

/** An id, and the key where it has one; a key that nobody has goes without an id. */
export function nameOf({ id, key }: Named) {
  return { user_id: id < 0 ? null : id, ...(key === undefined ? {} : { user_key: key }) };
}

/** What the archive says of a person beside their ratings. */
export function demographicsOf(snapshot: Snapshot, { user }: Pick<Person, "user">) {
  const known = user < 0 ? null : snapshot.person(user);
  return { gender: known?.gender ?? null, age: known?.age ?? null, occupation: known?.occupation ?? null };
}

/** Null when nothing is known of them. */
export function userView(serving: Serving, named: Named): z.infer<typeof userSchema> | null {
  const { snapshot } = serving;
  const person = personOf(serving, { userId: named.id });
  const { user, before, later } = person;
  if (user < 0 && later.size === 0) return null;
  const { movies, stars } = historyOf(snapshot, person);
  const known = new Set(movies);
  const since = [...later.keys()].filter((movie) => !known.has(movie)).length;
  return {
    ...nameOf(named),
    ...demographicsOf(snapshot, person),
    ...modelOf(snapshot),
    source: user < 0 ? sourceFor(snapshot, -1) : sourceFor(snapshot, named.id),
    n_rated: movies.length + since,
    n_rated_since: movies.length + since - before.length,
    mean_rating: mean(stars.reduce((sum, given) => sum + given, 0), stars.length),
    genres: tasteOf(snapshot, movies, stars),
  };
}

function tasteOf(snapshot: Snapshot, movies: Int32Array, stars: Float32Array) {
  const counts = new Float64Array(snapshot.genres.length);
  const sums = new Float64Array(snapshot.genres.length);
  movies.forEach((movie, i) => {
    for (const genre of snapshot.genreIdsOf(movie)) {
      counts[genre]++;
      sums[genre] += stars[i];
    }
  });
  return snapshot.genres
    .map((genre, id) => ({ genre, n_rated: counts[id], mean_rating: mean(sums[id], counts[id]) ?? 0 }))
    .filter(({ n_rated }) => n_rated > 0)
    .sort((a, b) => b.n_rated - a.n_rated || (a.genre < b.genre ? -1 : 1));
}
