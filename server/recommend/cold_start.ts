/**
 * Where somebody's list comes from. The first of these that has something to say of them:
 *
 *   model             the model asked for, or the champion, knows them
 *   fold_in           it takes ratings in that it has not learnt from
 *   content           its towers read demographics, or the few ratings that there are
 *   genre_popularity  popularity by the genres of their ratings, or of the request
 *   popularity
 */
import { scan } from "../../models/top_n.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { Person } from "./person.ts";
import { genrePopularity, popularity } from "./popularity.ts";
import type { ListRequest } from "./request.ts";
import type { Shelf } from "./shelf.ts";
import { bestOf, type Source } from "./source.ts";
import { tasteOf } from "./taste.ts";

export interface Situation {
  snapshot: Snapshot;
  shelf: Shelf;
  person: Person;
  request: Pick<ListRequest, "genres" | "model">;
}

export function sourceOf(situation: Situation): Source {
  return published(situation) ?? byPopularity(situation);
}

export function byPopularity({ snapshot, shelf, person, request }: Situation): Source {
  const counts = snapshot.nRatings;
  const shares = person.before.length + person.later.size === 0 ? null : tasteOf(person, shelf.catalogue);
  if (shares !== null) return genrePopularity({ counts, catalogue: shelf.catalogue, shares });
  return popularity({ counts, order: shelf.byPopularity, isOfGenres: (request.genres ?? []).length > 0 });
}

/** The champion's published vectors; null when it has none of that person. */
function published({ snapshot: { champion, movieIds: ids }, person: { user } }: Situation): Source | null {
  if (!champion?.movieEmbeddings || !champion.userEmbeddings || user < 0) return null;
  const { version, model, dimension, movieEmbeddings: values, userEmbeddings, slope, intercept } = champion;
  const query = userEmbeddings.subarray(user * dimension, (user + 1) * dimension);
  const stars = (score: number) => slope * score + intercept;
  const scores = () => {
    const out = new Float32Array(ids.length);
    scan(values, query, out);
    return out;
  };
  return {
    version,
    source: model,
    path: "model",
    vectors: { dimension, values },
    scores,
    stars,
    *candidates(most, left) {
      const { movies, scores: best } = bestOf(scores(), { most, left, ids });
      for (let i = 0; i < movies.length; i++) {
        yield { movie: movies[i], retrievalScore: best[i], rankingScore: stars(best[i]) };
      }
    },
  };
}
