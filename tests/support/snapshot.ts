/** A small seeded snapshot: people, movies, ratings and an untrained champion, the same for the same seed. */
import { createCatalogue } from "../../models/catalogue.ts";
import { decode, encode } from "../../models/container.ts";
import { FeatureState } from "../../models/feature_state.ts";
import { Histories } from "../../models/histories.ts";
import { IdIndex } from "../../models/id_index.ts";
import type { Person } from "../../models/people.ts";
import type { Moment } from "../../models/ratings.ts";
import { createRng, permutation, type Rng } from "../../models/rng.ts";
import { histogramsOf } from "../../models/snapshot/histograms.ts";
import { createRatedPairs, type Rated } from "../../models/snapshot/rated_pairs.ts";
import { NO_SETTINGS, type ServingSettings } from "../../models/snapshot/serving_settings.ts";
import type { SnapshotParts } from "../../models/snapshot/snapshot.ts";
import { WINDOW_DAYS } from "../../models/snapshot/windows.ts";
import { untrainedChampion, type UntrainedModel } from "./untrained.ts";

export interface SnapshotShape {
  seed?: number;
  movies?: number;
  users?: number;
  /** Chance that a person has seen a movie. */
  seenShare?: number;
  /** Who (id) has seen what (index), instead of a share of everything by `users` people; a third number: the stars. */
  seenPairs?: readonly (readonly [user: number, movie: number, stars?: number])[];
  dimension?: number;
  /** False: popularity only. */
  hasChampion?: boolean;
  /** The champion's model (default two_tower); popularity has no vectors. */
  model?: UntrainedModel;
  batchId?: number;
  isSample?: boolean;
  /** Whether every other person has demographics. */
  hasPeople?: boolean;
  serving?: ServingSettings;
}

const GENRES = ["Adventure", "Comedy", "Drama", "Film-Noir", "(no genres listed)"];

/** Movie ids are 10, 20, …; user ids 3, 6, …: neither is an index. */
export function snapshotParts(shape: SnapshotShape = {}): SnapshotParts {
  const { seed = 1, movies = 60, users = 12, seenShare = 0.2, dimension = 4, batchId = 3 } = shape;
  const { hasChampion = true, isSample = false, hasPeople = false, model = "two_tower" } = shape;
  const rng = createRng(seed);
  const pairs = shape.seenPairs ?? randomPairs({ movies, users, seenShare }, rng);
  const given = pairs.map(([user, movie, stars = (1 + rng.below(10)) / 2]) => ({ user, movie, stars }));
  const arrived = Array.from(permutation(given.length, rng), (place) => given[place]);
  const facts = factsOf(movies);
  const moment = momentOf(arrived, facts);
  const { rated, recent } = listsOf(arrived);
  const { state } = moment;
  return {
    day: "2026-03-01",
    batchId,
    edition: isSample ? "sample" : "ml-test",
    isSample,
    genres: GENRES,
    totals: { nRatings: state.nRatings, ratingSum: state.ratingSum },
    serving: shape.serving ?? NO_SETTINGS,
    movies: {
      ids: Int32Array.from(facts, ({ id }) => id),
      titles: Array.from({ length: movies }, (_, movie) => `Amélie ${movie}: <b>"the" movie</b>`),
      years: facts.map(({ year }) => year),
      genreIds: facts.map(({ genres }) => genres),
      nRatings: Uint32Array.from(state.movieCounts),
      ratingSums: state.movieSums,
      histograms: histogramsOf(rated.entries, movies),
      ...lately(state.movieCounts, rng),
    },
    rated,
    recent,
    userRatingSums: Float64Array.from(rated.userIds, (id) => state.userSums[moment.users.get(id)!]),
    people: hasPeople ? new Map([...rated.userIds].filter((_, i) => i % 2 === 0).map(personOf)) : null,
    champion: hasChampion ? untrainedChampion(model, moment, { dimension, seed }) : null,
  };
}

export const movieIdOf = (index: number): number => 10 * (index + 1);
export const userIdOf = (index: number): number => 3 * (index + 1);

type Pair = readonly [user: number, movie: number, stars?: number];

interface Given {
  user: number;
  movie: number;
  stars: number;
}

/** The last movie is everybody's: each user has a row. */
function randomPairs(
  { movies, users, seenShare }: { movies: number; users: number; seenShare: number },
  rng: Rng,
): Pair[] {
  const pairs: Pair[] = [];
  for (let user = 0; user < users; user++) {
    for (let movie = 0; movie < movies; movie++) {
      if (movie === movies - 1 || rng.uniform() < seenShare) pairs.push([userIdOf(user), movie]);
    }
  }
  return pairs;
}

function factsOf(movies: number) {
  return Array.from({ length: movies }, (_, movie) => ({
    id: movieIdOf(movie),
    year: movie % 7 === 0 ? null : 1930 + movie % 90,
    genres: movie % 5 === 4 ? [4] : [movie % 2, 2 + movie % 2],
  }));
}

/** Lists of what has arrived in this order. */
function listsOf(arrived: readonly Given[]): Rated {
  const pairs = createRatedPairs();
  for (const { user, movie, stars } of arrived) pairs.add(user, movie, stars);
  return pairs.finish();
}

/** All that a model may read once it has arrived; people stand by id. */
function momentOf(arrived: readonly Given[], facts: ReturnType<typeof factsOf>): Moment {
  const state = new FeatureState(createCatalogue(facts, GENRES.length));
  const histories = new Histories();
  const users = IdIndex.from(Array.from(new Set(arrived.map(({ user }) => user))).sort((a, b) => a - b));
  for (const { user, movie, stars } of arrived) {
    const position = users.get(user)!;
    state.observe(position, movie, stars, NaN);
    histories.observe(position, movie, stars);
  }
  return { state, histories, users };
}

/** Windows that grow with their length, and some movies that rise. */
function lately(counts: Int32Array, rng: Rng) {
  const windows = new Uint32Array(WINDOW_DAYS.length * counts.length);
  const trends = new Float32Array(counts.length);
  counts.forEach((count, movie) => {
    let within = 0;
    for (let window = 0; window < WINDOW_DAYS.length; window++) {
      within += rng.below(count - within + 1);
      windows[window * counts.length + movie] = within;
    }
    trends[movie] = count === 0 ? 0 : 4 * (rng.uniform() - 0.5);
  });
  return { windows, trends };
}

function personOf(userId: number): [number, Person] {
  const gender = userId % 5 === 0 ? null : "FM"[userId % 2];
  return [userId, { gender, age: userId % 7 === 0 ? null : 25, occupation: String(userId % 4) }];
}

/** A snapshot's file as a build of another format would have named it. */
export function ofFormat(format: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { header, arrays } = decode(bytes);
  return encode({ header: { ...header, format }, arrays });
}
