/** What is served, in numbers, and whether requests should come here. */
import { z } from "@hono/zod-openapi";
import type { RatedLists } from "../../../models/snapshot/rated_lists.ts";
import type { ServerState } from "../../http/env.ts";
import type { Serving } from "../../live/live.ts";
import { POPULARITY } from "../../recommend/popularity.ts";
import { modelOf, modelVersion, source } from "./model_view.ts";

const EXAMPLES = 6;
/** Fewest ratings of a person who is worth an example. */
const EXAMPLE_RATINGS = 20;

const database = z.enum(["up", "down"]).describe("Whether the last look reached PostgreSQL.");

export const statsSchema = z.object({
  model_version: modelVersion,
  source,
  edition: z.string().describe("Name of the archive."),
  sample: z.boolean().describe("Whether its people and ratings are made up."),
  day: z.string().nullable().describe("Of the run that published it, YYYY-MM-DD; null: none did."),
  batch: z.int().describe("The newest batch whose ratings are in; −1: none."),
  publication: z.int().nullable(),
  movies: z.int(),
  users: z.int(),
  ratings: z.int(),
  newer_ratings: z.int().describe("Ratings that came after the snapshot."),
  genres: z.array(z.string()).describe("What lists can be narrowed to."),
  database,
  example_users: z.array(z.int()).describe("A few people with enough ratings to be interesting."),
  unknown_user: z.int().describe("An id that nobody has."),
}).openapi("Stats");

export const readinessSchema = z.object({
  ready: z.boolean().describe("Whether requests should come here."),
  state: z.string().describe("Why, or why not: ready, degraded, stopping, nothing to serve."),
  model_version: modelVersion,
  database,
}).openapi("Readiness");

export function statsView(
  { snapshot, newer, publicationId }: Serving,
  state: ServerState,
): z.infer<typeof statsSchema> {
  const { ratings: later } = newer.base;
  const people = snapshot.userIds.length > 0 ? snapshot.rated : later;
  return {
    ...modelOf(snapshot),
    source: snapshot.champion?.userEmbeddings ? snapshot.champion.model : POPULARITY,
    edition: snapshot.edition,
    sample: snapshot.isSample,
    day: snapshot.day,
    batch: snapshot.batchId,
    publication: publicationId,
    movies: snapshot.movieIds.length,
    users: snapshot.userIds.length,
    ratings: snapshot.rated.entries.length,
    newer_ratings: newer.nRatings,
    genres: [...snapshot.genres],
    database: databaseOf(state),
    example_users: exampleUsers(people, newer),
    unknown_user: Math.max(snapshot.userIds.at(-1) ?? 0, later.userIds.at(-1) ?? 0) + 1,
  };
}

/** Whether requests should come here; `state` says why, or why not. */
export function readinessView(serving: Serving | null, server: ServerState): z.infer<typeof readinessSchema> {
  const isReady = serving !== null && !server.isStopping;
  const healthy = server.isDatabaseUp ? "ready" : "degraded";
  return {
    ready: isReady,
    state: server.isStopping ? "stopping" : serving === null ? "nothing to serve" : healthy,
    model_version: serving?.snapshot.champion?.version ?? null,
    database: databaseOf(server),
  };
}

function databaseOf({ isDatabaseUp }: ServerState): "up" | "down" {
  return isDatabaseUp ? "up" : "down";
}

/** A few users with enough ratings to be interesting, spread over the ids. */
function exampleUsers(
  { userIds, offsets }: Pick<RatedLists, "userIds" | "offsets">,
  { isErased }: Pick<Serving["newer"], "isErased">,
): number[] {
  const known = userIds.filter((id, user) =>
    offsets[user + 1] - offsets[user] >= EXAMPLE_RATINGS && !isErased(id)
  );
  const step = Math.max(1, Math.floor(known.length / EXAMPLES));
  return Array.from(known).filter((_, i) => i % step === 0).slice(0, EXAMPLES);
}
