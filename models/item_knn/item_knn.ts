/**
 * Item neighbours: movies that the same people met, by cosine with shrinkage, the best k voting for each movie.
 *
 *   s_ij = g_ij / (√(n_i n_j) + β),   g_ij = Σ_u x_ui x_uj,   n_i = Σ_u x_ui²,   score(u, j) = Σ_{i∈N_k(j)} x_ui s_ij
 *
 * (Sarwar et al. 2001; shrinkage as in Koren 2010.) With `window` a pair counts only where the two stand within that
 * many places in somebody's order, 1/distance each: what was watched together. With `after` only the later movie
 * hears from the earlier one: what was watched next.
 */
import { z } from "zod";
import { asIs, type Container } from "../container.ts";
import { byModelPosition, rememberKnown, scoreNothing, tieBreakers } from "../known_movies.ts";
import { type Explanation, headerOf, type Retriever, type Scorer } from "../model.ts";
import { type Query, queryOf, querySchema, TASTE_DESCRIPTION, tasteSchema } from "../taste.ts";

export const itemKnnConfig = z.strictObject({
  neighbours: z.number().int().min(1).default(100).describe("k: movies that vote for a movie, at most."),
  shrinkage: z.number().min(0).default(20).describe(
    "β: added to the denominator, so that few people prove little.",
  ),
  window: z.number().int().min(1).nullable().default(null).describe(
    "Places in a person's order within which two movies count as met together; null: anywhere.",
  ),
  after: z.boolean().default(false).describe(
    "Whether only the later of the two hears from the earlier (with `window`).",
  ),
  taste: tasteSchema.default("liked").describe(TASTE_DESCRIPTION),
  half_life: querySchema.shape.half_life,
}).refine(({ after, window }) => !after || window !== null, {
  path: ["after"],
  error: "Cannot go by who came after whom without `window`: next, set one, as window: 3",
});

export type ItemKnnConfig = z.infer<typeof itemKnnConfig>;

/** S by rows i: the movies that i votes for. Places are those of `movieIds`. */
export interface Neighbours {
  movieIds: Int32Array;
  counts: Int32Array;
  starts: Int32Array; // [movies + 1]
  columns: Int32Array;
  weights: Float32Array;
}

export type ItemKnn = Scorer & Required<Pick<Scorer, "retriever">>;

/** The scorer of `neighbours`, for queries as `query` says: one fit serves several. */
export function createItemKnn(
  { movieIds, counts, starts, columns, weights }: Neighbours,
  query: Query,
): ItemKnn {
  const knownIn = rememberKnown(movieIds);
  return {
    model: "item_knn",
    explain(moment, user, movies): Explanation {
      const known = knownIn(moment.state.catalogue);
      const history = moment.histories.of(user);
      const weigh = queryOf(history, query);
      const [n, asked] = [history.movies.length, new Map<number, number>()];
      movies.forEach((movie, m) => asked.set(known.placeOf[movie], m));
      const contributions = new Float64Array(movies.length * n);
      history.movies.forEach((movie, h) => {
        const place = known.placeOf[movie];
        if (place === -1) return;
        for (let k = starts[place]; k < starts[place + 1]; k++) {
          const m = asked.get(columns[k]);
          if (m !== undefined) contributions[m * n + h] += weigh[h] * weights[k];
        }
      });
      return { because: history.movies.slice(), contributions, rest: tieBreakers({ known, counts, movies }) };
    },
    retriever({ state }): Retriever {
      const known = byModelPosition(movieIds, state.catalogue.movies);
      return (moment, user, out) => {
        scoreNothing({ known, counts, out });
        const history = moment.histories.of(user);
        const weigh = queryOf(history, query);
        history.movies.forEach((movie, h) => {
          const place = known.placeOf[movie];
          if (place === -1 || weigh[h] === 0) return;
          for (let k = starts[place]; k < starts[place + 1]; k++) {
            const position = known.positions[columns[k]];
            if (position !== -1) out[position] += weigh[h] * weights[k];
          }
        });
      };
    },
  };
}

export function packItemKnn(config: ItemKnnConfig, neighbours: Neighbours): Container {
  return { header: { model: "item_knn", config }, arrays: { ...neighbours } };
}

/** Opens an artifact of this model. @throws {SyntaxError} when it is another's, or damaged. */
export function openItemKnn(artifact: Container): ItemKnn {
  const config = itemKnnConfig.parse(headerOf("item_knn", artifact).config);
  const { movieIds, counts, starts, columns, weights } = artifact.arrays;
  if (starts?.length !== movieIds?.length + 1 || columns?.length !== weights?.length) {
    throw new SyntaxError('Cannot open "item_knn": its arrays have other lengths than each other');
  }
  return createItemKnn({
    movieIds: asIs(movieIds, Int32Array),
    counts: asIs(counts, Int32Array),
    starts: asIs(starts, Int32Array),
    columns: asIs(columns, Int32Array),
    weights: asIs(weights, Float32Array),
  }, config);
}
