/** Why a movie is not on somebody's list: what keeps it off, and where it would stand. */
import type { Serving } from "../live/live.ts";
import { chooseModel } from "./choice.ts";
import { sourceOf } from "./cold_start.ts";
import { personOf, starsFor } from "./person.ts";
import { barredFrom, recommend } from "./recommend.ts";
import type { ListRequest, Path } from "./request.ts";
import { shelfOf } from "./shelf.ts";
import type { Source } from "./source.ts";

/** One thing that keeps a movie off. */
export type Obstacle =
  | { why: "not_in_catalogue" }
  /** `stars`: null when not known; `isNewer`: rated after the snapshot. */
  | { why: "seen"; stars: number | null; isNewer: boolean }
  | { why: "hidden"; by: "person" | "operator" }
  | { why: "excluded" }
  | { why: "filter"; by: "genres" | "years" }
  /** Nothing else is in its way, and better ones fill the list. */
  | { why: "below_the_cut"; n: number };

export interface WhyNot {
  /** Index in the snapshot; −1: it has none. */
  movie: number;
  version: string | null;
  source: string;
  path: Path;
  /** Among all movies, for this person, whatever is filtered; null: not in the catalogue. */
  rank: number | null;
  /** As on a list of the same source. */
  retrievalScore: number | null;
  rankingScore: number | null;
  /** Where it stands on the list, from 1; null: it does not. */
  listed: number | null;
  /** Everything that keeps it off; empty when it is listed. */
  obstacles: Obstacle[];
}

export function whyNot(serving: Serving, request: ListRequest, movieId: number): WhyNot {
  const { snapshot } = serving;
  const shelf = shelfOf(snapshot);
  const person = personOf(serving, request);
  const { model } = chooseModel(snapshot, serving.models, request);
  const source = sourceOf({ snapshot, shelf, person, model, request });
  const { version, source: name, path } = source;
  const movie = snapshot.movieIndex(movieId);
  const facts = { movie, version, source: name, path };
  if (movie < 0) {
    const nowhere = { rank: null, retrievalScore: null, rankingScore: null, listed: null };
    return { ...facts, ...nowhere, obstacles: [{ why: "not_in_catalogue" }] };
  }
  const place = recommend(serving, request).items.findIndex((item) => item.movie === movie);
  const obstacles: Obstacle[] = [];
  const barred = barredFrom({ snapshot, shelf, person, request });
  const stars = starsFor(person, movie);
  if (stars !== null) {
    const isNewer = person.later.has(movie);
    obstacles.push({ why: "seen", stars: Number.isNaN(stars) ? null : stars, isNewer });
  }
  if (person.hidden.has(movie)) obstacles.push({ why: "hidden", by: "person" });
  if (barred.isWithheld(movie)) obstacles.push({ why: "hidden", by: "operator" });
  if (barred.excluded.has(movie)) obstacles.push({ why: "excluded" });
  const { genres, yearFrom, yearTo } = request;
  if (shelf.keptOutBy({ genres }, movie)) obstacles.push({ why: "filter", by: "genres" });
  if (shelf.keptOutBy({ yearFrom, yearTo }, movie)) obstacles.push({ why: "filter", by: "years" });
  if (place < 0 && obstacles.length === 0) obstacles.push({ why: "below_the_cut", n: request.n });
  return { ...facts, ...standing(source, movie), listed: place < 0 ? null : place + 1, obstacles };
}

/** By score, ties by id, over all movies. */
function standing(source: Source, movie: number) {
  const scores = source.scores();
  const own = scores[movie];
  let rank = 1;
  for (let other = 0; other < scores.length; other++) {
    if (scores[other] > own || (scores[other] === own && other < movie)) rank++;
  }
  return { rank, retrievalScore: own, rankingScore: source.stars(own) };
}
