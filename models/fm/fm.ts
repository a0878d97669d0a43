/**
 * The second-order factorization machine (Rendle 2010) over users, movies, who rated what, genres, release years and
 * demographics:
 *
 *   ŷ = w₀ + Σ_i w_i x_i + Σ_{i<j} ⟨v_i, v_j⟩ x_i x_j
 *
 * Fitted by Gibbs sampling (gibbs.ts), predictions then being averages over draws, or by gradients (adam.ts), one
 * draw. Which features a rating has: blocks.ts; what is kept, and how a history becomes a user's vector: posterior.ts.
 */
import { z } from "zod";
import { createMovieTable } from "./_movie_table.ts";
import type { Container } from "../container.ts";
import { foldIn } from "./fold_in.ts";
import { type Embedder, headerOf, type Scorer } from "../model.ts";
import type { Moment } from "../ratings.ts";
import { type Posterior, posteriorShape } from "./posterior.ts";
import type { TraitValues } from "./blocks.ts";

export const fmConfig = z.strictObject({
  method: z.enum(["gibbs", "sgd"]).default("gibbs").describe(
    "How parameters are found: `gibbs` draws them (Bayesian, nothing to tune), `sgd` descends in mini-batches.",
  ),
  rank: z.number().int().min(1).max(128).default(10).describe("Length K of the factors v."),
  implicit: z.boolean().default(true).describe(
    "Whether every movie that a user rated is a feature of the user, 1/√|N(u)| each, as in SVD++.",
  ),
  flipped: z.boolean().default(true).describe(
    "Whether every user who rated a movie is a feature of the movie, 1/√|N(m)| each.",
  ),
  side: z.boolean().default(true).describe("Whether genres and release years are features of the movie."),
  demographics: z.boolean().default(true).describe(
    "Whether gender, age and occupation are features of the user, where the data has them.",
  ),
  iterations: z.number().int().min(2).default(200).describe("Gibbs: sweeps over all parameters."),
  burn_in: z.number().int().min(1).default(20).describe("Gibbs: first sweeps, of which no draw is kept."),
  draws: z.number().int().min(1).default(32).describe(
    "Gibbs: draws that are kept, evenly over the sweeps; an artifact has 8·(K + 1) bytes for each and each movie.",
  ),
  epochs: z.number().int().min(1).default(40).describe("Sgd: passes over the ratings."),
  steps_per_epoch: z.number().int().min(1).default(20).describe("Sgd: mini-batches of a pass."),
  learning_rate: z.number().positive().default(0.02).describe(
    "Sgd: Adam's step size to begin with; it falls linearly to 0.",
  ),
  regularization: z.number().min(0).default(20).describe("Sgd: λ of Σw² + Σv², beside Σ(r − ŷ)²."),
});

export type FmConfig = z.infer<typeof fmConfig>;

/** What an opened or fitted machine consists of. */
export interface Machine {
  readonly posterior: Posterior;
  /** External ids of the posterior's movies. */
  readonly movieIds: Int32Array;
  /** Genres that parts stand for: those added to the catalogue later are not seen by it. */
  readonly nGenres: number;
  readonly traits: readonly TraitValues[];
}

export interface Fm extends Scorer {
  predict(moment: Moment, user: number, movie: number): number;
}

/** Numbers in remembered user vectors, at most: 64 MB. */
const MOST_REMEMBERED = 8_000_000;

/** The scorer of `machine`; it remembers the vectors of the users it was last asked about. */
export function createFm(machine: Machine): Fm {
  const { posterior } = machine;
  const { rank, draws } = posterior;
  const entry = draws * (1 + rank);
  const movies = createMovieTable(machine);
  const vectorOf = remembering(
    Math.max(1, Math.floor(MOST_REMEMBERED / entry)),
    (moment: Moment, user: number) => {
      const vector = new Float64Array(entry);
      foldIn(posterior, movies.known(moment, user), vector);
      return vector;
    },
  );

  function product(vector: Float64Array, table: Float32Array, from: number): number {
    let sum = 0;
    for (let at = 0; at < entry;) {
      sum += vector[at] + table[from + at];
      const end = at + 1 + rank;
      for (at++; at < end; at++) sum += vector[at] * table[from + at];
    }
    return sum / draws;
  }

  const scorer: Fm = {
    model: "fm",
    predict(moment, user, movie) {
      const { table, offset } = movies.entry(moment.state.catalogue, movie);
      return product(vectorOf(moment, user), table, offset);
    },
    retriever: () => (moment, user, out) => {
      const vector = vectorOf(moment, user);
      for (let movie = 0; movie < out.length; movie++) {
        const { table, offset } = movies.entry(moment.state.catalogue, movie);
        out[movie] = product(vector, table, offset);
      }
    },
  };
  return draws === 1 ? { ...scorer, embedder: embedderOf() } : scorer;

  /** One draw is a dot product: ŷ = ⟨(bias_u, v_u, 1), (1, q_m, b_m)⟩. */
  function embedderOf(): Embedder {
    return {
      dimension: rank + 2,
      readsHistories: true,
      embedUser(moment, user, out, offset) {
        out.set(vectorOf(moment, user), offset);
        out[offset + rank + 1] = 1;
      },
      embedMovie({ state }, movie, out, offset) {
        const { table, offset: from } = movies.entry(state.catalogue, movie);
        out[offset] = 1;
        for (let f = 1; f <= rank; f++) out[offset + f] = table[from + f];
        out[offset + rank + 1] = table[from];
      },
      line: () => ({ slope: 1, intercept: 0 }),
    };
  }
}

interface Remembered {
  vector: Float64Array;
  /** What the user's history was then. */
  n: number;
  sum: number;
}

/** `compute`, its last `most` answers kept for as long as the moment is the same and the user's history is. */
function remembering(most: number, compute: (moment: Moment, user: number) => Float64Array) {
  const kept = new Map<number, Remembered>();
  let at: Moment | null = null;
  return (moment: Moment, user: number): Float64Array => {
    if (at !== moment) kept.clear();
    at = moment;
    const n = moment.state.userCounts[user] ?? 0;
    const sum = moment.state.userSums[user] ?? 0;
    const known = kept.get(user);
    if (known?.n === n && known.sum === sum) return known.vector;
    kept.delete(user);
    for (const oldest of kept.keys()) {
      if (kept.size < most) break;
      kept.delete(oldest);
    }
    const vector = compute(moment, user);
    kept.set(user, { vector, n, sum });
    return vector;
  };
}

/** The artifact of `machine`. */
export function packMachine({ posterior, movieIds, nGenres, traits }: Machine, config: FmConfig): Container {
  const { movies, rated, parts, traits: traitEntries, scales, ...shape } = posterior;
  return {
    header: {
      model: "fm",
      config,
      shape,
      n_genres: nGenres,
      traits: traits.map((trait) => ({ ...trait, values: [...trait.values] })),
    },
    arrays: { movie_ids: movieIds, movies, rated, parts, traits: traitEntries, scales },
  };
}

const traitList = z.array(z.strictObject({
  name: z.enum(["gender", "age", "occupation"]),
  values: z.array(z.string()),
}));

/** Opens an artifact of this model. @throws {SyntaxError} when it is another's, or damaged. */
export function openFm(artifact: Container): Fm {
  const header = headerOf("fm", artifact);
  const shape = posteriorShape.safeParse(header.shape);
  const traits = traitList.safeParse(header.traits);
  const nGenres = z.number().int().safeParse(header.n_genres);
  if (!shape.success || !traits.success || !nGenres.success) {
    throw new SyntaxError(
      `Cannot open the artifact as its header should hold shape, traits and n_genres: found ${
        Object.keys(header).join(", ")
      }`,
    );
  }
  const { nMovies, draws, rank, implicit, nMovieParts, nTraits } = shape.data;
  const entry = draws * (1 + rank);
  const floats = (name: string, length: number) => arrayOf(artifact, name, { Type: Float32Array, length });
  const posterior: Posterior = {
    ...shape.data,
    movies: floats("movies", nMovies * entry),
    rated: floats("rated", implicit ? nMovies * entry : 0),
    parts: floats("parts", nMovieParts * entry),
    traits: floats("traits", nTraits * entry),
    scales: arrayOf(artifact, "scales", { Type: Float64Array, length: draws * (4 + 2 * rank) }),
  };
  const movieIds = arrayOf(artifact, "movie_ids", { Type: Int32Array, length: nMovies });
  return createFm({ posterior, movieIds, nGenres: nGenres.data, traits: traits.data });
}

function arrayOf<A extends { length: number }>(
  { arrays }: Container,
  name: string,
  { Type, length }: { Type: new (length: number) => A; length: number },
): A {
  const found = arrays[name];
  if (found instanceof Type && found.length === length) return found;
  const what = found ? `${found.length} of ${found.constructor.name}` : "nothing";
  throw new SyntaxError(
    `Cannot open the artifact as ${name} should be ${length} of ${Type.name}: found ${what}`,
  );
}
