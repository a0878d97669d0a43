/**
 * A home with a snapshot in the shape of MovieLens 32M, made up: what a server is measured on without an import.
 *
 * Histories are as long-tailed as people's are (median 73, mean 159), and a few movies are in most of them. Vectors are
 * random directions: the worst there is for an exact scan that passes rows over, as none is better than another.
 */
import { join } from "node:path";
import { simdHere } from "../../models/kernels/_sources.ts";
import { compileKernels } from "../../models/kernels/compile.ts";
import { movieOf, packRating, starsOf } from "../../models/rating_entry.ts";
import { createRng, type Rng } from "../../models/rng.ts";
import { histogramsOf } from "../../models/snapshot/histograms.ts";
import { createRatedLists, type RatedLists } from "../../models/snapshot/rated_lists.ts";
import { RECENT, type Rows } from "../../models/snapshot/rated_pairs.ts";
import { NO_SETTINGS } from "../../models/snapshot/serving_settings.ts";
import { encodeSnapshot, openSnapshot, type SnapshotParts } from "../../models/snapshot/snapshot.ts";
import { WINDOW_DAYS } from "../../models/snapshot/windows.ts";
import { homePath } from "../../sql/home.ts";
import { loadArtifact, storeArtifact } from "../../tasks/_artifacts.ts";
import { movePointer, readPointer } from "../../tasks/_pointer.ts";

export const FULL = { ratings: 32_000_204, users: 200_948, movies: 87_585, dimension: 32 };
export type Shape = typeof FULL;

/** σ of the logarithm of how many ratings a person has, fewest of anybody, and how steep popularity is. */
const [SPREAD, FEWEST, STEEPNESS] = [1.25, 20, 2];
/** Counts up when `partsOf()` makes another snapshot. */
const MAKE = 2;
const GENRES = ["Action", "Comedy", "Drama", "Horror", "Romance", "Thriller"];

/** `FULL` with `ratings` ratings: as many fewer people, and fewer movies as the root of that. */
export function shapeOf(ratings: number): Shape {
  const share = ratings / FULL.ratings;
  return {
    ratings,
    users: Math.ceil(FULL.users * share),
    movies: Math.ceil(FULL.movies * Math.sqrt(share)),
    dimension: FULL.dimension,
  };
}

export interface BenchHome {
  /** For MATINEE_HOME. */
  home: string;
  /** The snapshot's file. */
  snapshot: string;
  bytes: number;
  sha256: string;
  /** What `current.json` points to, relative to the artifacts. */
  path: string;
}

/** The home for `shape`; kept for the next time, and made anew when this build cannot open what is there. */
export async function benchHome(shape: Shape): Promise<BenchHome> {
  const made = await madeHome(shape);
  await compileScan(join(made.home, "artifacts"));
  return made;
}

async function madeHome(shape: Shape): Promise<BenchHome> {
  const home = join(homePath(), "bench_serve", `${shape.ratings}-${MAKE}`);
  const folder = join(home, "artifacts");
  try {
    const pointed = await readPointer(folder);
    if (pointed !== null) {
      const { snapshot: path, sha256 } = pointed;
      const bytes = await loadArtifact(folder, path);
      openSnapshot(bytes);
      return { home, snapshot: join(folder, path), bytes: bytes.length, sha256, path };
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof SyntaxError)) throw error;
  }
  await Deno.remove(home, { recursive: true }).catch(() => {});
  const bytes = encodeSnapshot(partsOf(shape, 1));
  const { path, sha256 } = await storeArtifact(folder, "snapshots", bytes);
  await pointTo(folder, { path, sha256 });
  return { home, snapshot: join(folder, path), bytes: bytes.length, sha256, path };
}

/** Points servers without a database at a snapshot of `artifacts`. */
export function pointTo(
  artifacts: string,
  { path, sha256 }: { path: string; sha256: string },
): Promise<void> {
  return movePointer(artifacts, {
    publication_id: 1,
    snapshot: path,
    sha256,
    version: "bench-1",
    batch_id: 0,
    published_at: new Date(),
  });
}

/** As publish does: the server may not compile. */
export async function compileScan(artifacts: string): Promise<void> {
  await compileKernels({ entry: "scan", simd: simdHere("relaxed"), cache: join(artifacts, "kernels") });
}

/** Users have the ids 1, 2, …, movies as well; another `seed` gives other vectors and ratings. */
export function partsOf(shape: Shape, seed: number): SnapshotParts {
  const rng = createRng(seed);
  const { users, movies, dimension } = shape;
  const { rated, recent } = histories(shape, rng);
  const histograms = histogramsOf(rated.entries, movies);
  const { nRatings, ratingSums } = countsOf(histograms, movies);
  return {
    day: "2026-03-01",
    batchId: 0,
    edition: "bench",
    isSample: true,
    genres: GENRES,
    totals: { nRatings: rated.entries.length, ratingSum: ratingSums.reduce((sum, one) => sum + one, 0) },
    serving: NO_SETTINGS,
    movies: {
      ids: counted(movies),
      titles: Array.from({ length: movies }, (_, movie) => `The Movie with Number ${movie + 1}`),
      years: Array.from({ length: movies }, (_, movie) => 1930 + movie % 95),
      genreIds: Array.from({ length: movies }, (_, movie) => [movie % 3, 3 + movie % 2]),
      nRatings,
      ratingSums,
      histograms,
      windows: Uint32Array.from(
        { length: movies * WINDOW_DAYS.length },
        (_, i) => Math.round(nRatings[i % movies] * WINDOW_DAYS[Math.floor(i / movies)] / 10_000),
      ),
      trends: Float32Array.from({ length: movies }, (_, movie) => Math.sin(movie)),
    },
    rated,
    recent,
    userRatingSums: new Float64Array(users).fill(300),
    champion: {
      version: `bench-${seed}`,
      model: "two_tower",
      dimension,
      movieEmbeddings: directions(movies, dimension, rng),
      userEmbeddings: directions(users, dimension, rng),
      artifact: null,
      slope: 1,
      intercept: 3.5,
      mean: 3.5,
    },
  };
}

const counted = (n: number) => Int32Array.from({ length: n }, (_, i) => i + 1);

/** Everybody's ratings, no movie twice, and the last of them in an order of their own. */
function histories({ ratings, users, movies }: Shape, rng: Rng): { rated: RatedLists; recent: Rows } {
  const weights = Float64Array.from({ length: users }, () => Math.exp(SPREAD * normal(rng)));
  const perWeight = Math.max(0, ratings - FEWEST * users) / weights.reduce((sum, one) => sum + one, 0);
  const lists = createRatedLists();
  const lastRater = new Int32Array(movies).fill(-1);
  const recent: number[] = [];
  const offsets = new Uint32Array(users + 1);
  for (let user = 0; user < users; user++) {
    const wanted = Math.min(movies >> 2, Math.round(FEWEST + perWeight * weights[user]));
    const drawn = new Int32Array(wanted);
    for (let n = 0; n < wanted;) {
      const movie = Math.floor(movies * rng.uniform() ** STEEPNESS);
      if (lastRater[movie] === user) continue;
      lastRater[movie] = user;
      drawn[n++] = packRating(movie, (1 + rng.below(10)) / 2);
    }
    for (const entry of drawn.slice(-RECENT)) recent.push(entry);
    offsets[user + 1] = recent.length;
    for (const entry of drawn.sort()) lists.add(user + 1, movieOf(entry), starsOf(entry));
  }
  return { rated: lists.finish(), recent: { offsets, entries: Int32Array.from(recent) } };
}

function countsOf(histograms: Uint32Array, movies: number) {
  const nRatings = new Uint32Array(movies);
  const ratingSums = new Float64Array(movies);
  for (let movie = 0; movie < movies; movie++) {
    for (let half = 1; half <= 10; half++) {
      const count = histograms[10 * movie + half - 1];
      nRatings[movie] += count;
      ratingSums[movie] += count * half / 2;
    }
  }
  return { nRatings, ratingSums };
}

/** Random unit vectors, one a row. */
export function directions(rows: number, dimension: number, rng: Rng): Float32Array {
  const vectors = new Float32Array(rows * dimension);
  for (let from = 0; from < vectors.length; from += dimension) {
    let squares = 0;
    for (let k = from; k < from + dimension; k++) squares += (vectors[k] = normal(rng)) ** 2;
    for (let k = from; k < from + dimension; k++) vectors[k] /= Math.sqrt(squares);
  }
  return vectors;
}

/** Box & Muller 1958. */
const normal = (rng: Rng) =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
