import assert from "@std/assert";
import { DataError } from "../../../tasks/import/errors.ts";
import { parseTitle } from "../../../tasks/import/title.ts";
import { createShelf } from "../../../tasks/import/_sample_shelf.ts";
import {
  makeSample,
  type Sample,
  sampleSizes,
  sampleSource,
  streamSample,
} from "../../../tasks/import/sample.ts";
import { sampleMovies } from "../../../tasks/import/sample_movies.ts";
import { createRng } from "../../../models/rng.ts";
import { timeOrder } from "../../../tasks/import/time_order.ts";

const SHAPE = { nRatings: 60_000, seed: 7 };

Deno.test("sampleSource() gives the same bytes for the same shape", async () => {
  const hashes = await Promise.all([
    sampleSource(SHAPE).sha256(),
    sampleSource(SHAPE).sha256(),
    sampleSource({ ...SHAPE, seed: 8 }).sha256(),
    sampleSource({ ...SHAPE, nRatings: 60_001 }).sha256(),
  ]);
  assert.equal(hashes[0], hashes[1]);
  assert.equal(new Set(hashes).size, 3);
});

Deno.test("sampleSource() has the shape of MovieLens", async () => {
  const source = sampleSource(SHAPE);
  const { ratings, movies, unparsable } = await source.read();
  assert.deepEqual([source.name, source.isSample, unparsable.length], ["sample:60000:7", true, 0]);
  assert.equal(ratings.n, SHAPE.nRatings);

  const counts = new Map<number, number>();
  const ids = new Set(movies.map(({ movieId }) => movieId));
  const pairs = new Set<string>();
  let [sum, wholes] = [0, 0];
  for (let i = 0; i < ratings.n; i++) {
    counts.set(ratings.userId[i], (counts.get(ratings.userId[i]) ?? 0) + 1);
    pairs.add(`${ratings.userId[i]},${ratings.movieId[i]}`);
    assert.ok(ids.has(ratings.movieId[i]));
    assert.ok(Number.isInteger(2 * ratings.rating[i]) && ratings.rating[i] >= 0.5 && ratings.rating[i] <= 5);
    sum += ratings.rating[i];
    if (Number.isInteger(ratings.rating[i])) wholes++;
  }
  assert.equal(pairs.size, ratings.n, "nobody rates a movie twice");
  assert.equal(new Set(movies.map(({ title }) => title)).size, movies.length, "each title once");
  assert.ok(movies.every(({ title }) => parseTitle(title).year !== null));
  const sizes = [...counts.values()].sort((a, b) => a - b);
  assert.ok(
    sizes[0] >= 20 && sizes.at(-1)! > 3 * sizes[sizes.length >> 1],
    "a long tail of users, 20 ratings at least",
  );
  assert.ok(Math.abs(sum / ratings.n - 3.5) < 0.2, `mean ${sum / ratings.n}`);
  assert.ok(
    wholes > 0.6 * ratings.n && wholes < 0.9 * ratings.n,
    "most ratings are whole stars, many are half",
  );
});

Deno.test("sampleSource() brings newcomers to the last", async () => {
  const { ratings } = await sampleSource(SHAPE).read();
  const order = await timeOrder(ratings);
  const cut = Math.floor(0.9 * ratings.n);
  const early = new Set(Array.from(order.subarray(0, cut), (row) => ratings.userId[row]));
  const late = new Set(Array.from(order.subarray(cut), (row) => ratings.userId[row]));
  const fresh = [...late].filter((user) => !early.has(user)).length;
  assert.ok(fresh > 10 && fresh < late.size, `${fresh} newcomers among ${late.size}`);
});

Deno.test("makeSample() has tastes that a bias baseline misses and a model can learn", async () => {
  const sample = await makeSample({ nRatings: 200_000, seed: 1 });
  const { bias, genres, oracle } = await errors(sample);
  // What nobody can know stays; a baseline with genres already gets a part of the rest.
  assert.ok(oracle < 0.9 * bias, `oracle ${oracle} against bias ${bias}`);
  assert.ok(genres < 0.985 * bias, `bias and genres ${genres} against bias ${bias}`);
  assert.ok(bias > 0.8 && bias < 1, `bias ${bias} (MovieLens: 0.89)`);
});

Deno.test("sampleSizes() are those of MovieLens 32M at its size", () => {
  assert.deepEqual(sampleSizes(32_000_204), { users: 200_948, nMovies: 87_585 });
  assert.deepEqual(sampleSizes(500_000), { users: 3_334, nMovies: 6_000 });
});

Deno.test("streamSample() yields the rows of makeSample() in blocks, people whole", async () => {
  const { ratings, expected } = await makeSample(SHAPE);
  const { blocks } = streamSample(SHAPE);
  let [at, lastUser] = [0, 0];
  for await (const block of blocks) {
    const { n } = block.ratings;
    assert.ok(n < SHAPE.nRatings / 2, "more than one block");
    for (const name of ["userId", "movieId", "rating", "ratedAt", "line"] as const) {
      assert.deepEqual(block.ratings[name].subarray(0, n), ratings[name].subarray(at, at + n), name);
    }
    assert.deepEqual(block.expected.subarray(0, n), expected.subarray(at, at + n));
    assert.equal(block.ratings.userId[0], lastUser + 1);
    lastUser = block.ratings.userId[n - 1];
    at += n;
  }
  assert.equal(at, SHAPE.nRatings);
});

Deno.test("createShelf() draws what is out, in proportion to its popularity", () => {
  const rng = createRng(3);
  const movies = sampleMovies(40, { lastYear: 2019, rng });
  const shelf = createShelf(movies);
  const nOpen = shelf.nOpen(2010.5);
  assert.deepEqual(movies.map(({ year }) => year < 2010.5), movies.map((_, place) => place < nOpen));
  const draws = 400_000;
  const counts = new Int32Array(movies.length);
  for (let i = 0; i < draws; i++) counts[shelf.draw(nOpen, rng)]++;
  const weights = movies.map(({ popularity }, place) => place < nOpen ? popularity : 0);
  const sum = weights.reduce((a, b) => a + b);
  for (const [place, weight] of weights.entries()) {
    const wanted = draws * weight / sum;
    assert.ok(Math.abs(counts[place] - wanted) <= 5 * Math.sqrt(wanted), `place ${place}: ${counts[place]}`);
  }
});

Deno.test("sampleSource() refuses sizes that are none", () => {
  const wanted = (found: number) =>
    new DataError(`Cannot make a sample as it should have 1000 to 100000000 ratings: found ${found}`);
  assert.throws(() => sampleSource({ nRatings: 10, seed: 1 }), wanted(10));
  assert.throws(() => sampleSource({ nRatings: 1e9, seed: 1 }), wanted(1e9));
});

Deno.test("makeSample() stops when asked to", async () => {
  const signal = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(makeSample({ nRatings: 1e6, seed: 1 }, { signal }), /stopped/);
});

/**
 * RMSE over the last 20 % in time, each rating predicted from all before it: shrunk biases; the same with the
 * user's shrunk residuals by genre; and the truth without its noise.
 */
async function errors({ ratings, movies, expected }: Sample) {
  const order = await timeOrder(ratings);
  const places = new Map(movies.map(({ movieId, genrePlaces }) => [movieId, genrePlaces]));
  const cut = Math.floor(0.8 * ratings.n);
  const state = { users: new Sums(), movies: new Sums(), tastes: new Sums() };
  const squares = { bias: 0, genres: 0, oracle: 0 };
  const mean = order.subarray(0, cut).reduce((sum, row) => sum + ratings.rating[row], 0) / cut;
  for (const [place, row] of order.entries()) {
    const [user, movie, rating] = [ratings.userId[row], ratings.movieId[row], ratings.rating[row]];
    const keys = places.get(movie)!.map((genre) => 32 * user + genre);
    const bias = mean + state.movies.shrunk(movie, 5) + state.users.shrunk(user, 5);
    const taste = keys.reduce((sum, key) => sum + state.tastes.shrunk(key, 8), 0) / Math.sqrt(keys.length) /
      1.6;
    if (place >= cut) {
      squares.bias += (rating - bias) ** 2;
      squares.genres += (rating - bias - taste) ** 2;
      squares.oracle += (rating - expected[row]) ** 2;
    }
    for (const key of keys) state.tastes.add(key, rating - bias);
    state.users.add(user, rating - mean - state.movies.shrunk(movie, 5));
    state.movies.add(movie, rating - mean);
  }
  const rmse = (sum: number) => Math.sqrt(sum / (ratings.n - cut));
  return { bias: rmse(squares.bias), genres: rmse(squares.genres), oracle: rmse(squares.oracle) };
}

class Sums {
  readonly #sums = new Map<number, { n: number; sum: number }>();

  add(key: number, value: number): void {
    const entry = this.#sums.get(key) ?? { n: 0, sum: 0 };
    this.#sums.set(key, { n: entry.n + 1, sum: entry.sum + value });
  }

  shrunk(key: number, by: number): number {
    const entry = this.#sums.get(key);
    return entry ? entry.sum / (entry.n + by) : 0;
  }
}
