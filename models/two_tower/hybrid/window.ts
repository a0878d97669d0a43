/** The hybrid's examples: held compactly from their own moment on, expanded when a mini-batch is made of them. */
import type { MovingMoment } from "../../ratings.ts";
import type { Window } from "../../dataset.ts";
import type { Features } from "../../features.ts";
import { RecentRatings } from "../../recent_ratings.ts";
import { permutation, type Rng } from "../../rng.ts";
import type { Moments } from "../towers.ts";
import { BAG, type BagRule, fillBag } from "./bag.ts";
import { baseOf } from "./inputs.ts";
import type { Batch } from "./batch.ts";

export interface HybridWindowOptions {
  features: Features;
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
  const { userWidth, movieWidth } = features;
  const recent = new RecentRatings(BAG, start?.histories ?? null);
  const held = {
    user: new Float32Array(capacity * userWidth),
    movie: new Float32Array(capacity * movieWidth),
    /** A movie drawn from all, as of the same moment: a candidate that nobody asked for. */
    other: new Float32Array(capacity * movieWidth),
    others: new Int32Array(capacity),
    users: new Int32Array(capacity),
    movies: new Int32Array(capacity),
    stars: new Float32Array(capacity),
    base: new Float32Array(capacity),
    means: new Float32Array(capacity),
    starts: new Int32Array(capacity),
    ends: new Int32Array(capacity),
  };
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
      features.movieInputs(known, movie, held.movie, i * movieWidth);
      features.movieInputs(known, other, held.other, i * movieWidth);
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
    const { moments, rows, rule, positive, idDropout } = options;
    batch.length = Math.min(batch.capacity, length - from);
    batch.isTraining = isTraining;
    const { shard, extra } = batch;
    const perShard = shard + extra;
    let [end, weight] = [0, 0];
    for (let k = 0; k < batch.length; k++) {
      const i = order ? order[from + k] : from + k;
      const candidate = Math.floor(k / shard) * perShard + k % shard;
      normalise(held.user, i, moments.user, batch.user, k);
      normalise(held.movie, i, moments.movie, batch.movie, candidate);
      const isUnknown = isTraining && rng.uniform() < idDropout;
      batch.userRows[k] = isUnknown ? -1 : rows.users[held.users[i]] ?? -1;
      candidates(candidate, rows.movies[held.movies[i]]);
      batch.base[k] = held.base[i];
      batch.stars[k] = held.stars[i];
      batch.means[k] = held.means[i];
      weight += batch.weights[k] = held.stars[i] >= positive ? 1 : 0;
      batch.bagStarts[k] = end;
      const room = Math.min(BAG, held.ends[i] - held.starts[i]);
      const gap = isTraining ? Math.floor(rng.uniform() * (options.gap * room + 1)) : 0;
      const source = { log: recent.log, start: held.starts[i], end: held.ends[i], own: held.movies[i], gap };
      const n = fillBag(source, rule, batch.bags, end);
      for (let j = end; j < end + n; j++) {
        batch.bags.movies[j] = rows.movies[batch.bags.movies[j]] ?? -1;
        batch.bagSources[j] = k;
      }
      end += n;
    }
    batch.bagStarts[batch.length] = end;
    batch.weight = weight;
    if (isTraining) fillOthers(from, order);
  }

  /** Behind each shard's own movies, those that were drawn for its examples. */
  function fillOthers(from: number, order: Uint32Array | null): void {
    const { shard, extra } = batch;
    for (let first = 0, s = 0; first < batch.length; first += shard, s++) {
      const n = Math.min(shard, batch.length - first);
      for (let j = 0; j < extra; j++) {
        const i = order ? order[from + first + j % n] : from + first + j % n;
        const place = s * (shard + extra) + n + j;
        normalise(held.other, i, options.moments.movie, batch.movie, place);
        candidates(place, options.rows.movies[held.others[i]]);
      }
    }
  }

  function candidates(place: number, row: number): void {
    batch.movieRows[place] = row;
    batch.logQ[place] = options.logQ[row];
  }
}

/** to[j] = (from[i] − mean) ∘ scale. */
function normalise(
  from: Float32Array,
  i: number,
  { mean, scale }: Moments,
  to: Float32Array,
  j: number,
): void {
  const n = mean.length;
  for (let k = 0, a = i * n, b = j * n; k < n; k++, a++, b++) to[b] = (from[a] - mean[k]) * scale[k];
}
