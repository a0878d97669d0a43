/**
 * What a snapshot costs to write, anew and on top of yesterday's, and a server to start on it.
 *
 * All made up in memory, in the proportions of MovieLens 32M: reading the lake is `bench day`'s part.
 */
import { join } from "node:path";
import { createRng } from "../../models/rng.ts";
import { packRating } from "../../models/rating_entry.ts";
import { histogramsOf } from "../../models/snapshot/histograms.ts";
import { mergeRated } from "../../models/snapshot/merge_rated.ts";
import { createRatedPairs, type Rated } from "../../models/snapshot/rated_pairs.ts";
import { NO_SETTINGS } from "../../models/snapshot/serving_settings.ts";
import { encodeSnapshot, openSnapshot, type SnapshotParts } from "../../models/snapshot/snapshot.ts";
import { WINDOW_DAYS } from "../../models/snapshot/windows.ts";
import { loadArtifact, storeArtifact, writeAside } from "../../tasks/_artifacts.ts";
import type { BenchmarkOptions, Figure, Report } from "./benchmark.ts";
import { compileScan, pointTo, type Shape, shapeOf } from "./_shape.ts";
import { describeUsage, metered, type Usage } from "./meter.ts";
import { type RunningServer, startHello, startMatinee } from "./_processes.ts";

const A_DAY = 50_000;

export async function snapshots({ ratings = 4_000_000 }: BenchmarkOptions): Promise<Report> {
  const home = await Deno.makeTempDir({ prefix: "matinee_bench_" });
  await using _home = { [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }) };
  const folder = join(home, "artifacts");
  const shape = shapeOf(ratings);
  const usages: Record<string, Usage> = {};
  const spend = async <T>(name: string, body: () => Promise<T> | T): Promise<T> => {
    let result: T;
    usages[name] = await metered(async () => void (result = await body()));
    return result!;
  };

  const rated = await spend("rated lists from arrivals", () => randomRatings(ratings, shape));
  const bytes = await spend("encode and check", () => encodeSnapshot(partsOf(rated, shape)));
  const stored = await spend("hash, write, flush, rename", () => storeArtifact(folder, "snapshots", bytes));
  await spend("the same bytes, written plainly and flushed", () => writeAside(join(home, "plain"), bytes));
  const base = await spend(
    "read back and check",
    async () => openSnapshot(await loadArtifact(folder, stored.path)),
  );
  const today = freshRatings(A_DAY, shape);
  const unmoved = Int32Array.from(base.movieIds.keys());
  const merged = await spend("a day's ratings merged in", () => mergeRated(base, today, unmoved));
  await spend("encode, write, read back", async () => {
    const { path } = await storeArtifact(folder, "snapshots", encodeSnapshot(partsOf(merged, shape)));
    openSnapshot(await loadArtifact(folder, path));
  });

  await pointTo(folder, stored);
  await compileScan(folder);
  const served = await started(startMatinee({ home, workers: 1 }));
  const hello = await started(startHello());
  const sum = (...names: string[]) => names.reduce((total, name) => total + usages[name].seconds, 0);
  const plain = {
    name: "the same bytes, written plainly and flushed",
    value: sum("the same bytes, written plainly and flushed"),
  };
  const figures: Figure[] = [
    {
      name: "hash, write, flush, rename",
      value: sum("hash, write, flush, rename"),
      unit: "s",
      beside: plain,
    },
    {
      name: "anew, without the lake",
      value: sum(
        "rated lists from arrivals",
        "encode and check",
        "hash, write, flush, rename",
        "read back and check",
      ),
      unit: "s",
      beside: plain,
    },
    {
      name: "on top of yesterday's",
      value: sum("read back and check", "a day's ratings merged in", "encode, write, read back"),
      unit: "s",
      beside: plain,
    },
    {
      name: "server, from start to first list",
      value: served.seconds,
      unit: "s",
      beside: { name: "hello world, from start to first answer", value: hello.seconds },
    },
    {
      name: "server, resident at its peak",
      value: served.peakMib,
      unit: "MiB",
      beside: { name: "hello world", value: hello.peakMib },
    },
  ];
  return {
    figures,
    notes: [
      `${ratings.toLocaleString("en-US")} ratings of ${shape.users.toLocaleString("en-US")} people, ` +
      `${shape.movies.toLocaleString("en-US")} movies, ${shape.dimension} dimensions: ${
        Math.round(bytes.length / 2 ** 20)
      } MiB`,
      ...Object.entries(usages).map(([name, usage]) => `${name}: ${describeUsage(usage)}`),
    ],
    usages,
  };
}

function randomRatings(n: number, { users, movies }: Shape): Rated {
  const rng = createRng(n);
  const pairs = createRatedPairs();
  const stars = () => (1 + rng.below(10)) / 2;
  // Everybody has rated something.
  for (let user = 1; user <= users && n >= users; user++) pairs.add(user, rng.below(movies), stars());
  for (let i = n >= users ? users : 0; i < n; i++) {
    pairs.add(1 + rng.below(users), rng.below(movies), stars());
  }
  return pairs.finish();
}

/** A day is of few people: each of them rates twenty movies. */
function freshRatings(n: number, { users, movies }: Shape): Map<number, number[]> {
  const rng = createRng(n);
  const fresh = new Map<number, number[]>();
  for (let i = 0; i < n; i += 20) {
    const entry = () => packRating(rng.below(movies), (1 + rng.below(10)) / 2);
    fresh.set(1 + rng.below(users), Array.from({ length: 20 }, entry));
  }
  return fresh;
}

function partsOf({ rated, recent }: Rated, { movies, dimension }: Shape): SnapshotParts {
  const vectors = (rows: number) => new Float32Array(rows * dimension).fill(Math.sqrt(1 / dimension));
  return {
    day: "2026-03-01",
    batchId: 0,
    edition: "bench",
    isSample: true,
    genres: ["Comedy", "Drama"],
    totals: { nRatings: rated.entries.length, ratingSum: 3.5 * rated.entries.length },
    serving: NO_SETTINGS,
    movies: {
      ids: Int32Array.from({ length: movies }, (_, movie) => movie + 1),
      titles: Array.from({ length: movies }, (_, movie) => `A movie with number ${movie}`),
      years: new Array(movies).fill(1999),
      genreIds: new Array(movies).fill([0, 1]),
      nRatings: new Uint32Array(movies).fill(7),
      ratingSums: new Float64Array(movies).fill(21),
      histograms: histogramsOf(rated.entries, movies),
      windows: new Uint32Array(movies * WINDOW_DAYS.length),
      trends: new Float32Array(movies),
    },
    rated,
    recent,
    userRatingSums: new Float64Array(rated.userIds.length),
    champion: {
      version: "bench",
      model: "two_tower",
      dimension,
      movieEmbeddings: vectors(movies),
      userEmbeddings: vectors(rated.userIds.length),
      artifact: null,
      slope: 1,
      intercept: 3.5,
      mean: 3.5,
    },
  };
}

/** From the start of a process to its first 200, and its memory. */
async function started(server: Promise<RunningServer>): Promise<{ seconds: number; peakMib: number }> {
  await using running = await server;
  return { seconds: running.readyMs / 1_000, peakMib: running.peakRssMib() };
}
