/** The answers' bodies: what of a snapshot goes over the wire, and under which names. */
import { indexOfId, seenBy, type SeenLists } from "../../models/snapshot/seen_lists.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { Serving } from "../live/live.ts";
import type { Named } from "../http/parameters.ts";
import { POPULARITY, recommend, sourceFor } from "../recommend/recommend.ts";

/** What the process knows of itself. */
export interface ServerState {
  /** Whether the last look reached the database. */
  readonly isDatabaseUp: boolean;
  /** Whether it has been told to stop. */
  readonly isStopping: boolean;
}

const EXAMPLES = 6;
/** Fewest ratings of a person who is worth an example. */
const EXAMPLE_RATINGS = 20;

export function listView(serving: Serving, user: Named, n: number) {
  const { snapshot } = serving;
  const { source, items } = recommend(serving, user.id, n);
  return {
    ...nameOf(user),
    ...modelOf(snapshot),
    source,
    ...sampleLabel(snapshot),
    items: items.map(({ movie, score }, i) => ({
      rank: i + 1,
      ...titleOf(snapshot, movie),
      score: Math.round(score * 1e4) / 1e4,
    })),
  };
}

/** Null when nothing is known of them. */
export function userView({ snapshot, newer }: Serving, named: Named) {
  const { id: userId } = named;
  const user = snapshot.userIndex(userId);
  const rated = seenBy(snapshot.seen, userId);
  const later = seenBy(newer.seen, userId);
  if (user < 0 && later.length === 0) return null;
  return {
    ...nameOf(named),
    ...modelOf(snapshot),
    source: sourceFor(snapshot, userId),
    n_rated: rated.length,
    mean_rating: user < 0 ? null : mean(snapshot.userRatingSums[user], rated.length),
    n_rated_since: later.filter((id) => indexOfId(rated, snapshot.movieIndex(id)) < 0).length,
  };
}

/** Null when the snapshot has no such movie. */
export function movieView({ snapshot }: Serving, movieId: number) {
  const movie = snapshot.movieIndex(movieId);
  if (movie < 0) return null;
  const nRatings = snapshot.nRatings[movie];
  return {
    ...titleOf(snapshot, movie),
    n_ratings: nRatings,
    mean_rating: mean(snapshot.ratingSums[movie], nRatings),
    ...modelOf(snapshot),
  };
}

export function statsView({ snapshot, newer, publicationId }: Serving, state: ServerState) {
  const people = snapshot.userIds.length > 0 ? snapshot.seen : newer.seen;
  return {
    ...modelOf(snapshot),
    source: snapshot.champion?.model ?? POPULARITY,
    edition: snapshot.edition,
    sample: snapshot.isSample,
    day: snapshot.day,
    batch: snapshot.batchId,
    publication: publicationId,
    movies: snapshot.movieIds.length,
    users: snapshot.userIds.length,
    ratings: snapshot.seen.movies.length,
    newer_ratings: newer.seen.movies.length,
    database: databaseOf(state),
    example_users: exampleUsers(people),
    unknown_user: Math.max(snapshot.userIds.at(-1) ?? 0, newer.seen.userIds.at(-1) ?? 0) + 1,
  };
}

/** Whether requests should come here; `state` says why, or why not. */
export function readinessView(serving: Serving | null, server: ServerState) {
  const isReady = serving !== null && !server.isStopping;
  const healthy = server.isDatabaseUp ? "ready" : "degraded";
  return {
    ready: isReady,
    state: server.isStopping ? "stopping" : serving === null ? "nothing to serve" : healthy,
    model_version: serving?.snapshot.champion?.version ?? null,
    database: databaseOf(server),
  };
}

/** An id, and the key where it has one; a key that nobody has goes without an id. */
function nameOf({ id, key }: Named) {
  return { user_id: id < 0 ? null : id, ...(key === undefined ? {} : { user_key: key }) };
}

function modelOf({ champion }: Snapshot) {
  return { model_version: champion?.version ?? null };
}

/** Made-up ratings are called so wherever they may be taken for real ones. */
function sampleLabel({ isSample, edition }: Snapshot) {
  return isSample ? { sample: true, edition } : {};
}

function titleOf(snapshot: Snapshot, movie: number) {
  return {
    movie_id: snapshot.movieIds[movie],
    ...(snapshot.movieKeys ? { movie_key: snapshot.movieKeys.key(movie) } : {}),
    title: snapshot.title(movie),
    year: snapshot.year(movie),
    genres: snapshot.genresOf(movie),
  };
}

function mean(sum: number, n: number): number | null {
  return n === 0 ? null : Math.round(sum / n * 100) / 100;
}

function databaseOf({ isDatabaseUp }: ServerState): "up" | "down" {
  return isDatabaseUp ? "up" : "down";
}

/** A few users with enough ratings to be interesting, spread over the ids. */
function exampleUsers({ userIds, offsets }: SeenLists): number[] {
  const known = userIds.filter((_, user) => offsets[user + 1] - offsets[user] >= EXAMPLE_RATINGS);
  const step = Math.max(1, Math.floor(known.length / EXAMPLES));
  return Array.from(known).filter((_, i) => i % step === 0).slice(0, EXAMPLES);
}
