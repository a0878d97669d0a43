/**
 * Where somebody's list comes from. The first of these that has something to say of them:
 *
 *   model             the model knows them, and the request brings no ratings
 *   fold_in           it reads histories: ratings that it has not learnt from are folded in
 *   content           its towers read what ratings say of tastes, as few as they may be
 *   genre_popularity  popularity by the genres of their ratings, or of the request
 *   popularity
 */
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import { modelSource } from "./model_source.ts";
import type { LoadedModel } from "../live/loaded_model.ts";
import type { Person } from "./person.ts";
import { genrePopularity, POPULARITY, popularity } from "./popularity.ts";
import type { ListRequest, Path } from "./request.ts";
import type { Shelf } from "./shelf.ts";
import type { Source } from "./source.ts";
import { tasteOf } from "./taste.ts";

export interface Situation {
  snapshot: Snapshot;
  shelf: Shelf;
  person: Person;
  /** Null: popularity is all there is. */
  model: LoadedModel | null;
  request: Pick<ListRequest, "genres" | "retrieve">;
}

/** Candidates that a ranker gets, by default. */
export const USUAL_RETRIEVE = 200;

export function sourceOf(situation: Situation): Source {
  const { model, person, shelf: { nMovies }, request: { retrieve = USUAL_RETRIEVE } } = situation;
  const path = model && pathFor(model, person);
  return path ? modelSource(model, { person, path, nMovies, retrieve }) : byPopularity(situation);
}

/** How `model` lists for `person`; null: it can't. */
function pathFor(model: LoadedModel, person: Person): Path | null {
  if (model.model === POPULARITY) return "popularity";
  const { user, nGiven, before, later } = person;
  const { scorer } = model;
  // Without the model itself there are published vectors, and what came since changes none.
  if (scorer === null) return user >= 0 ? "model" : null;
  if (user >= 0 && nGiven === 0) return "model";
  const hasStars = before.length > 0 || [...later.values()].some((stars) => !Number.isNaN(stars));
  if (!hasStars) return null;
  return readsHistories(model) ? "fold_in" : "content";
}

/** Models without vectors that can be made on demand read histories, all of them. */
function readsHistories({ scorer }: LoadedModel): boolean {
  const embedder = scorer?.embedder;
  return embedder === undefined || embedder.readsHistories === true;
}

export function byPopularity({ snapshot, shelf, person, request }: Situation): Source {
  const counts = snapshot.nRatings;
  const taste = person.before.length + person.later.size === 0 ? null : tasteOf(person, shelf.catalogue);
  if (taste !== null) return genrePopularity({ counts, catalogue: shelf.catalogue, taste });
  return popularity({ counts, order: shelf.byPopularity, isOfGenres: (request.genres ?? []).length > 0 });
}
