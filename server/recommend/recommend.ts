/**
 * Who gets which list: a source of candidates, the steps that put them in order, and the one that lets nothing pass.
 *
 * Cold start in a named order: the model, for whom it knows; folded-in ratings; content towers; popularity by the
 * person's genres; popularity.
 */
import { scan } from "../../models/top_n.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { Serving } from "../live/live.ts";
import { diversify } from "./diversity.ts";
import { enforce } from "./enforce.ts";
import { likenessOf } from "./likeness.ts";
import { type Person, personOf } from "./person.ts";
import type { ListRequest, RecommendationList } from "./request.ts";
import { type Shelf, shelfOf } from "./shelf.ts";
import { bestOf, type Candidate, genrePopularity, popularity, type Source } from "./source.ts";

export { POPULARITY } from "./source.ts";

/** Candidates of a list that is put in another order than the retriever's, by default. */
const USUAL_RETRIEVE = 200;

/** The best movies for somebody, by `request`. */
export function recommend(serving: Serving, request: ListRequest): RecommendationList {
  const { snapshot } = serving;
  const shelf = shelfOf(snapshot);
  const person = personOf(serving, request);
  const source = sourceOf({ snapshot, shelf, person, request });
  const { n, retrieve = USUAL_RETRIEVE, diversity = 0 } = request;
  const excluded = new Set((request.exclude ?? []).map((id) => snapshot.movieIndex(id)));
  const keptOut = shelf.keptOut(request);
  const marked = () => mark({ snapshot, keptOut, person, excluded });
  let candidates: Iterable<Candidate>;
  if (diversity === 0) candidates = source.candidates(n, { keptOut, marked });
  else {
    // A step that chooses among candidates gets none that the last one would take out again.
    const most = Math.max(n, retrieve);
    const found = first(source.candidates(most, { keptOut: marked(), marked }), most);
    const similarity = likenessOf(source.vectors, () => shelf.catalogue);
    candidates = diversify(found, { lambda: diversity, n, similarity });
  }
  const barred = { person, isWithheld: () => false, excluded };
  const { items, dropped } = enforce(candidates, n, barred);
  return { version: source.version, source: source.source, path: source.path, variant: null, items, dropped };
}

function first<T>(values: Iterable<T>, n: number): T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.push(value) === n) break;
  }
  return taken;
}

/** 1 for each movie that no source need look at: filtered, excluded, hidden or already seen. */
function mark({ snapshot, keptOut, person, excluded }: {
  snapshot: Snapshot;
  keptOut: Uint8Array | null;
  person: Person;
  excluded: ReadonlySet<number>;
}): Uint8Array {
  const marks = keptOut?.slice() ?? new Uint8Array(snapshot.movieIds.length);
  for (const movie of person.before) marks[movie] = 1;
  for (const movies of [person.later.keys(), person.hidden, excluded]) {
    for (const movie of movies) marks[movie] = 1;
  }
  return marks;
}

function sourceOf({ snapshot, shelf, person, request }: {
  snapshot: Snapshot;
  shelf: Shelf;
  person: Person;
  request: ListRequest;
}): Source {
  const { nRatings: counts } = snapshot;
  const byModel = published(snapshot, person.user);
  if (byModel) return byModel;
  const path = (request.genres ?? []).length > 0 ? "genre_popularity" : "popularity";
  if (person.nGiven === 0) return popularity({ counts, order: shelf.byPopularity, path });
  return genrePopularity({ counts, catalogue: shelf.catalogue, taste: tasteOf(person, shelf) });
}

function tasteOf({ later }: Person, { catalogue: { nGenres, genres, genreStarts } }: Shelf) {
  const shares = new Float64Array(nGenres);
  let sum = 0;
  for (const [movie, stars] of later) {
    if (Number.isNaN(stars)) continue;
    sum += stars;
    for (let k = genreStarts[movie]; k < genreStarts[movie + 1]; k++) shares[genres[k]] += stars;
  }
  return { shares: shares.map((stars) => stars / Math.max(sum, 1)) };
}

/** The champion's published vectors; null when it has none of that person. */
function published({ champion, movieIds: ids }: Snapshot, user: number): Source | null {
  if (!champion?.movieEmbeddings || !champion.userEmbeddings || user < 0) return null;
  const { version, model, dimension, movieEmbeddings: values, userEmbeddings, slope, intercept } = champion;
  const query = userEmbeddings.subarray(user * dimension, (user + 1) * dimension);
  const scores = () => {
    const out = new Float32Array(ids.length);
    scan(values, query, out);
    return out;
  };
  const candidate = (movie: number, score: number): Candidate => ({
    movie,
    retrievalScore: score,
    rankingScore: slope * score + intercept,
  });
  return {
    version,
    source: model,
    path: "model",
    vectors: { dimension, values },
    *candidates(most, left) {
      const { movies, scores: best } = bestOf(scores(), { most, left, ids });
      for (let i = 0; i < movies.length; i++) yield candidate(movies[i], best[i]);
    },
    scores,
    candidate,
  };
}

/** Which path lists for `userId` take. */
export function sourceFor(snapshot: Snapshot, userId: number): string {
  return snapshot.champion?.userEmbeddings && snapshot.userIndex(userId) >= 0
    ? snapshot.champion.model
    : "popularity";
}
