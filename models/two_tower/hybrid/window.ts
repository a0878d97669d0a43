/** The hybrid's examples: held compactly from their own moment on, expanded when a mini-batch is made of them. */
import type { MovingMoment } from "../../ratings.ts";
import { IdIndex } from "../../id_index.ts";
import type { Window } from "../../dataset.ts";
import type { Catalogue } from "../../catalogue.ts";
import { FeatureState } from "../../feature_state.ts";
import type { ContentFeatures } from "../../features.ts";
import { rowCopier } from "../../rows.ts";
import { RecentRatings } from "../../recent_ratings.ts";
import { permutation, type Rng } from "../../rng.ts";
import type { Moments } from "../towers.ts";
import { BAG, bagPowers, type BagRule, fillBag } from "./bag.ts";
import { baseOf } from "./inputs.ts";
import type { Batch } from "./batch.ts";

export interface HybridWindowOptions {
  features: ContentFeatures;
  moments: { user: Moments; movie: Moments };
  rule: BagRule;
  /** Examples that are shuffled together. */
  capacity: number;
  /** Mini-batches are written here. */
  batch: Batch;
  /** Rows of the tables by position; -1: none. */
  rows: { users: Int32Array; movies: Int32Array };
  /** ln q by row of the movies' table: how often a movie is among the candidates of a shard. */
  logQ: Float32Array;
  /** Stars from which a rating is to be found. */
  positive: number;
  idDropout: number;
  /** Share of a bag that may be hidden from retrieval. */
  gap: number;
  rng: Rng;
}

/** A window whose batches are for training; measuring drops nothing and needs no candidates beyond the batch. */
export function createHybridWindow(options: HybridWindowOptions, start: MovingMoment | null): Window<Batch> {
  const { features, capacity, batch, rng } = options;
  const { userWidth, movieWidth, movieMoves } = features;
  const recent = new RecentRatings(BAG, start?.histories ?? null);
  const powers = bagPowers(options.rule);
  const moving = lastOf(options.moments.movie, movieMoves);
  // Inputs are normalised when an example comes in, while they are in the cache.
  const held = {
    user: new Float32Array(capacity * userWidth),
    /** The movie's last inputs; the others stand in `fixed`. */
    moving: new Float32Array(capacity * movieMoves),
    /** Drawn from all movies: a candidate that nobody asked for. */
    others: new Int32Array(capacity),
    users: new Int32Array(capacity),
    movies: new Int32Array(capacity),
    stars: new Float32Array(capacity),
    base: new Float32Array(capacity),
    means: new Float32Array(capacity),
    starts: new Int32Array(capacity),
    ends: new Int32Array(capacity),
  };
  const copyUser = rowCopier(held.user, batch.user, userWidth);
  const places = new Int32Array(batch.capacity);
  let copyMovie: ReturnType<typeof rowCopier> | null = null;
  let length = 0;
  return {
    isFull: () => length === capacity,
    observe({ users, movies, ratings, replaces }, row) {
      recent.observe(users[row], movies[row], ratings[row], replaces[row]);
    },
    add(known, { users, movies, ratings }, row) {
      const [i, user, movie] = [length++, users[row], movies[row]];
      const other = rng.below(known.state.catalogue.movies.size);
      features.userInputs(known, user, held.user, i * userWidth);
      normalise(held.user, i, options.moments.user);
      features.movieMoving(known, movie, held.moving, i * movieMoves);
      normalise(held.moving, i, moving);
      copyMovie ??= rowCopier(fixedInputs(known.state.catalogue, options), batch.movie, movieWidth);
      held.others[i] = other;
      held.users[i] = user;
      held.movies[i] = movie;
      held.stars[i] = ratings[row];
      held.means[i] = known.state.mean;
      held.starts[i] = recent.startOf(user);
      held.ends[i] = recent.endOf(user);
      held.base[i] = baseOf(known.state, movie, {
        log: recent.log,
        start: held.starts[i],
        end: held.ends[i],
        own: -1,
        gap: 0,
      });
    },
    *drain(isTraining) {
      const order = isTraining ? permutation(length, rng) : null;
      for (let from = 0; from < length; from += batch.capacity) {
        fill(from, order, isTraining);
        yield batch;
      }
      length = 0;
      recent.compact();
    },
  };

  function fill(from: number, order: Uint32Array | null, isTraining: boolean): void {
    const { rows, positive, idDropout } = options;
    batch.length = Math.min(batch.capacity, length - from);
    batch.isTraining = isTraining;
    const { shard, extra } = batch;
    const perShard = shard + extra;
    for (let k = 0; k < batch.length; k++) places[k] = order ? order[from + k] : from + k;
    if (isTraining) findingsFirst();
    let [end, weight] = [0, 0];
    const source = { log: recent.log, start: 0, end: 0, own: -1, gap: 0 };
    for (let k = 0; k < batch.length; k++) {
      const i = places[k];
      const candidate = Math.floor(k / shard) * perShard + k % shard;
      copyUser(i, k);
      const isUnknown = isTraining && rng.uniform() < idDropout;
      batch.userRows[k] = isUnknown ? -1 : rows.users[held.users[i]] ?? -1;
      candidateAt(candidate, held.movies[i]);
      const last = (candidate + 1) * movieWidth - movieMoves;
      for (let j = 0; j < movieMoves; j++) batch.movie[last + j] = held.moving[i * movieMoves + j];
      batch.base[k] = held.base[i];
      batch.stars[k] = held.stars[i];
      batch.means[k] = held.means[i];
      weight += batch.weights[k] = held.stars[i] >= positive ? 1 : 0;
      batch.bagStarts[k] = end;
      source.start = held.starts[i];
      source.end = held.ends[i];
      source.own = held.movies[i];
      const room = source.end - source.start;
      source.gap = isTraining ? Math.floor(rng.uniform() * (options.gap * room + 1)) : 0;
      const first = end;
      end += fillBag(source, powers, batch.bags, end);
      for (let j = first; j < end; j++) batch.bags.movies[j] = rows.movies[batch.bags.movies[j]] ?? -1;
    }
    batch.bagStarts[batch.length] = end;
    batch.weight = weight;
    if (isTraining) fillOthers();
  }

  /** Within each shard what is to be found comes first: the step need not look for the rest. */
  function findingsFirst(): void {
    const { shard } = batch;
    const rest = new Int32Array(shard);
    for (let first = 0; first < batch.length; first += shard) {
      const end = Math.min(first + shard, batch.length);
      let [found, others] = [first, 0];
      for (let k = first; k < end; k++) {
        if (held.stars[places[k]] >= options.positive) places[found++] = places[k];
        else rest[others++] = places[k];
      }
      places.set(rest.subarray(0, others), found);
    }
  }

  /** Behind each shard's own movies, those that were drawn for its examples. */
  function fillOthers(): void {
    const { shard, extra } = batch;
    for (let first = 0, s = 0; first < batch.length; first += shard, s++) {
      const n = Math.min(shard, batch.length - first);
      for (let j = 0; j < extra; j++) {
        candidateAt(s * (shard + extra) + n + j, held.others[places[first + j % n]]);
      }
    }
  }

  function candidateAt(place: number, movie: number): void {
    const row = options.rows.movies[movie];
    batch.movieRows[place] = row;
    batch.logQ[place] = options.logQ[row];
    copyMovie!(movie, place);
  }
}

/** Of every movie, the inputs that no rating moves, normalised; the others are means (0), as for retrieval they are 0. */
function fixedInputs(
  catalogue: Catalogue,
  { features, moments }: Pick<HybridWindowOptions, "features" | "moments">,
): Float32Array {
  const { movieWidth, movieMoves } = features;
  const inputs = new Float32Array(catalogue.movies.size * movieWidth);
  const known = { state: new FeatureState(catalogue), users: new IdIndex() };
  for (let movie = 0; movie < catalogue.movies.size; movie++) {
    const end = (movie + 1) * movieWidth;
    features.movieInputs(known, movie, inputs, movie * movieWidth);
    normalise(inputs, movie, moments.movie);
    inputs.fill(0, end - movieMoves, end);
  }
  return inputs;
}

/** Of the last `n` inputs. */
function lastOf({ mean, scale }: Moments, n: number): Moments {
  return { mean: mean.subarray(mean.length - n), scale: scale.subarray(scale.length - n) };
}

/** x[i] ← (x[i] − mean) ∘ scale. */
function normalise(x: Float32Array, i: number, { mean, scale }: Moments): void {
  const n = mean.length;
  for (let k = 0, at = i * n; k < n; k++, at++) x[at] = (x[at] - mean[k]) * scale[k];
}
