/**
 * Who gets which list: a source of candidates, the steps that put them in order, and the one that lets nothing pass.
 */
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { Serving } from "../live/live.ts";
import { chooseModel } from "./choice.ts";
import { sourceOf, USUAL_RETRIEVE } from "./cold_start.ts";
import { diversify } from "./diversity.ts";
import { type Barred, enforce } from "./enforce.ts";
import { withReasons } from "./explain.ts";
import { byFacts, byVectors } from "./likeness.ts";
import { type Person, personOf } from "./person.ts";
import { POPULARITY } from "./popularity.ts";
import type { ListedMovie, ListRequest, RecommendationList } from "./request.ts";
import { type Shelf, shelfOf } from "./shelf.ts";
import { type Left, markedIn, type Source } from "./source.ts";

/** The best movies for somebody, by `request`. */
export function recommend(serving: Serving, request: ListRequest): RecommendationList {
  const { snapshot } = serving;
  const shelf = shelfOf(snapshot);
  const person = personOf(serving, request);
  const { model, variant } = chooseModel(snapshot, serving.models, request);
  const source = sourceOf({ snapshot, shelf, person, model, request });
  const barred = barredFrom({ snapshot, shelf, person, request });
  const candidates = candidatesOf(source, {
    snapshot,
    left: leftBy(barred, shelf.keptOut(request)),
    shelf,
    request,
  });
  const { items, dropped } = enforce(candidates, request.n, barred);
  const { version, source: name, path } = source;
  return {
    version,
    source: name,
    path,
    variant,
    items: explained(items, { source, person, request }),
    dropped,
  };
}

function explained(
  items: ListedMovie[],
  { source, person, request }: { source: Source; person: Person; request: ListRequest },
): ListedMovie[] {
  if (!request.explain || source.explain === null || items.length === 0) return items;
  return withReasons(items, source.explain(Int32Array.from(items, ({ movie }) => movie)), person);
}

/** What the last step goes by. */
export function barredFrom({ snapshot, shelf, person, request }: {
  snapshot: Snapshot;
  shelf: Shelf;
  person: Barred["person"];
  request: Pick<ListRequest, "exclude">;
}): Barred {
  const { withheld } = shelf;
  return {
    person,
    isWithheld: (movie) => withheld !== null && withheld[movie] !== 0,
    excluded: new Set((request.exclude ?? []).map((id) => snapshot.movieIndex(id))),
  };
}

function leftBy({ person, excluded }: Barred, keptOut: Uint8Array | null): Left {
  const others = [...person.later.keys(), ...person.hidden, ...excluded].filter((movie) => movie >= 0);
  return { keptOut, rated: person.before, others };
}

/** In the order of the list. */
function candidatesOf(
  source: Source,
  { snapshot, left, shelf, request: { n, retrieve = USUAL_RETRIEVE, diversity = 0 } }: {
    snapshot: Snapshot;
    left: Left;
    shelf: Shelf;
    request: ListRequest;
  },
): Iterable<ListedMovie> {
  if (diversity === 0) return source.candidates(n, left);
  const most = Math.max(n, retrieve);
  // A step that chooses among candidates gets none that the last one would take out again.
  const keptOut = markedIn(left, shelf.nMovies);
  const found = first(source.candidates(most, { ...left, keptOut }), most);
  const similarity = source.vectors ? byVectors(source.vectors) : byFacts(shelf.catalogue, snapshot.nRatings);
  return diversify(found, { lambda: diversity, n, similarity });
}

function first<T>(values: Iterable<T>, n: number): T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.push(value) === n) break;
  }
  return taken;
}

/** What makes the lists of `userId`, without a wish for another model: a model's name, or popularity. */
export function sourceFor({ champion, userIndex }: Snapshot, userId: number): string {
  const isServed = champion !== null && (champion.artifact !== null || champion.userEmbeddings !== null);
  return isServed && userIndex(userId) >= 0 ? champion.model : POPULARITY;
}
