/**
 * A model as requests use it: whose list, how long, what is left out. It is the same to ask one that scans vectors, one
 * that scores every movie, and one that only rates.
 */
import { decode } from "../../models/container.ts";
import type { ScanOptions, TopRows } from "../../models/kernels/scan.ts";
import { topOf } from "../../models/kernels/plain_scan.ts";
import type { Embedder, Retriever, Scorer, Stages, VectorsOf } from "../../models/model.ts";
import type { Moment } from "../../models/ratings.ts";
import { scan } from "../../models/top_n.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import { type Asked, createMoments, type Moments, PERSON } from "./moments.ts";
import { openScorer } from "./openers.ts";
import type { Line, SharedModel } from "./shared_model.ts";
import { type MovieVectors, openVectors } from "./shared_vectors.ts";

export interface LoadedModel {
  readonly version: string;
  /** Its name in the manifest. */
  readonly model: string;
  /** Null: published vectors are all there is, so nobody can be embedded on demand. */
  readonly scorer: Scorer | null;
  /** Of the snapshot's movies; null: the model has none. */
  readonly vectors: MovieVectors | null;
  /** From a retrieval score to stars; null: it has no such line. */
  readonly line: Line | null;
  /** A person as of whom scores are made: what `scorer` may be asked with, about user `PERSON`. */
  moment(asked: Asked): Moment;
  /** Their vector as of now, whatever was published; null: the model has no vectors, or nothing to embed with. */
  embed(asked: Asked): Float32Array | null;
  /** Their vector: the published one where there is one and nothing came since, else embedded now. Null: neither. */
  queryOf(asked: Asked): Float32Array | null;
  /** The best movies by the retrieval score, exactly; ties by index. */
  top(asked: Asked, options: ScanOptions): TopRows;
  /** The retrieval score of every movie: what `top()` goes by. NaN: it has none. */
  scores(asked: Asked): Float32Array;
  /** What the ranker, or else the prediction, makes of these movies; null: the model only retrieves. */
  readonly rank: ((asked: Asked, movies: Int32Array) => Float64Array) | null;
  /** What orders `movies` where vectors do not, as of any `moment` of `PERSON`: ranker, else retriever, else stars. */
  order(moment: Moment, movies: Int32Array): ArrayLike<number>;
}

export interface OpenOptions {
  snapshot: Snapshot;
  /** As of the snapshot's own running mean. */
  moments: Moments;
  /** Published vectors of the snapshot's users [users × dimension]; null: there are none of this model. */
  published: Float32Array | null;
  /** Of the artifact, open; null: there is none. */
  scorer: Scorer | null;
}

/** The scorer of `shared`, opened in this thread. @throws {SyntaxError} when the artifact is damaged. */
export async function openOwnScorer({ model, artifact }: SharedModel): Promise<Scorer | null> {
  return artifact && await openScorer(model, decode(artifact));
}

/** `shared`, for the requests of this thread. */
export function openModel(shared: SharedModel, options: OpenOptions): LoadedModel {
  const { version, model, line } = shared;
  const { scorer } = options;
  const vectors = shared.vectors && openVectors(shared.vectors);
  const asOf = { ...options, moments: momentsOf(shared, options) };
  const vectorsOf = sharedOf(scorer, shared);
  const stages = scorer?.stages && once(() => scorer.stages!(asOf.moments.movies, vectorsOf));
  const retriever = once(() =>
    stages?.().retrieve ?? retrieverOf(scorer, { moments: asOf.moments, vectorsOf })
  );
  const own = vectors
    ? byVectors(vectors, { ...asOf, embedder: scorer?.embedder ?? null })
    : byScores(retriever, asOf.moments);
  return {
    version,
    model,
    scorer,
    vectors,
    line: vectors && line,
    moment: asOf.moments.of,
    rank: rankOf(scorer, { stages, moments: asOf.moments }),
    order: orderOf(scorer, { stages, retriever, moments: asOf.moments }),
    ...own,
  };
}

/** Vectors that are as of another mean than today's need people as of that mean, too. */
function momentsOf({ vectors, mean }: SharedModel, { snapshot, moments }: OpenOptions): Moments {
  return vectors === null || mean === null || mean === moments.movies.state.mean
    ? moments
    : createMoments(snapshot, { mean, catalogue: moments.catalogue });
}

type Own = Pick<LoadedModel, "embed" | "queryOf" | "top" | "scores">;

function byVectors(
  { dimension, values, scan: exact }: MovieVectors,
  { moments, published, embedder }: OpenOptions & { embedder: Embedder | null },
): Own {
  const embed = (asked: Asked): Float32Array | null => {
    if (!embedder) return null;
    const query = new Float32Array(dimension);
    embedder.embedUser(moments.of(asked), PERSON, query, 0);
    return query;
  };
  const queryOf = (asked: Asked): Float32Array | null => {
    const { user, later } = asked;
    const isPublished = published !== null && user >= 0 && later.size === 0;
    return isPublished ? published.subarray(user * dimension, (user + 1) * dimension) : embed(asked);
  };
  const needed = (asked: Asked) => {
    const query = queryOf(asked);
    if (query) return query;
    throw new TypeError("Cannot scan for somebody without a vector: ask queryOf() first");
  };
  return {
    embed,
    queryOf,
    top: (asked, options) => exact.top(needed(asked), options),
    scores(asked) {
      const out = new Float32Array(values.length / dimension);
      scan(values, needed(asked), out);
      return out;
    },
  };
}

/** The vectors that were frozen for all threads. */
function sharedOf(scorer: Scorer | null, { version, frozen }: SharedModel): VectorsOf {
  return (embedder) => {
    const found = scorer?.frozen ? frozen[scorer.frozen.indexOf(embedder)] : undefined;
    if (found) return found;
    throw new TypeError(
      `Cannot list by ${version} as its movies' vectors were not frozen: found ${frozen.length}`,
    );
  };
}

/** `retriever` is made at the first question. */
function byScores(retriever: () => Retriever, moments: Moments): Own {
  const scores = (asked: Asked): Float32Array => {
    const out = new Float32Array(moments.catalogue.movies.size);
    retriever()(moments.of(asked), PERSON, out);
    return out;
  };
  return {
    embed: () => null,
    queryOf: () => null,
    scores,
    top: (asked, options) => topOf(scores(asked), options),
  };
}

/** What the model ranks by, or else the stars that it predicts for every movie. */
function retrieverOf(
  scorer: Scorer | null,
  { moments, vectorsOf }: { moments: Moments; vectorsOf: VectorsOf },
): Retriever {
  if (scorer?.retriever) return scorer.retriever(moments.movies, vectorsOf);
  if (!scorer?.predict) throw new TypeError("Cannot list with a model that neither ranks nor rates");
  const predict = scorer.predict.bind(scorer);
  return (moment, user, out) => {
    for (let movie = 0; movie < out.length; movie++) out[movie] = predict(moment, user, movie);
  };
}

/** The second step of the model: its own, or the stars that it predicts. */
function rankOf(
  scorer: Scorer | null,
  { stages, moments }: { stages?: () => Stages; moments: Moments },
): LoadedModel["rank"] {
  if (stages) return (asked, movies) => stages().rank(moments.of(asked), PERSON, movies);
  const predict = scorer?.predict?.bind(scorer);
  if (!predict) return null;
  return (asked, movies) => {
    const moment = moments.of(asked);
    return Float64Array.from(movies, (movie) => predict(moment, PERSON, movie));
  };
}

function orderOf(
  scorer: Scorer | null,
  { stages, retriever, moments }: { stages?: () => Stages; retriever: () => Retriever; moments: Moments },
): LoadedModel["order"] {
  if (stages) return (moment, movies) => stages().rank(moment, PERSON, movies);
  const predict = scorer?.predict?.bind(scorer);
  if (predict && !scorer?.retriever) {
    return (moment, movies) => Float64Array.from(movies, (movie) => predict(moment, PERSON, movie));
  }
  return (moment, movies) => {
    const all = new Float32Array(moments.catalogue.movies.size);
    retriever()(moment, PERSON, all);
    return Float32Array.from(movies, (movie) => all[movie]);
  };
}

/** `make`, called when first needed. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
