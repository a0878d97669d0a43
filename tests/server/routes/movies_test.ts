import assert from "@std/assert";
import { STAR_STEPS } from "../../../models/snapshot/histograms.ts";
import { WINDOWS } from "../../../server/recommend/popular.ts";
import { movieIdOf, snapshotParts } from "../../support/snapshot.ts";
import { appOn, servingOf } from "../_serving.ts";

const PARTS = snapshotParts();
const { app } = appOn(await servingOf(PARTS));

async function get(path: string) {
  const response = await app.request(path);
  return { status: response.status, body: await response.json() };
}

Deno.test("GET /movies/{id} tells a movie's facts, and /movie/{id} the same", async () => {
  const { nRatings, ratingSums, histograms, trends, titles, genreIds } = PARTS.movies;
  const { body } = await get("/movies/80");
  const { n_ratings_within, ...facts } = body;
  assert.deepEqual(facts, {
    movie_id: 80,
    title: titles[7],
    year: null,
    genres: genreIds[7].map((genre) => PARTS.genres[genre]),
    n_ratings: nRatings[7],
    mean_rating: Math.round(ratingSums[7] / nRatings[7] * 100) / 100,
    histogram: [...histograms.subarray(7 * STAR_STEPS, 8 * STAR_STEPS)],
    trend: Math.round(trends[7] * 100) / 100,
    model_version: "test-1",
    source: "snapshot",
  });
  assert.deepEqual(Object.keys(n_ratings_within), ["7d", "30d", "90d", "365d"]);
  assert.equal(facts.histogram.reduce((sum: number, n: number) => sum + n), nRatings[7]);
  assert.deepEqual((await get("/movie/80")).body, body);
  assert.equal((await get("/movies/81")).status, 404);
});

Deno.test("GET /movies?query= finds titles, a typo away too", async () => {
  const { body } = await get("/movies?query=amelei%2042&n=3");
  assert.deepEqual([body.query, body.source, body.items[0].title], [
    "amelei 42",
    "snapshot",
    PARTS.movies.titles[42],
  ]);
  assert.deepEqual((await get("/movies?query=nothing+like+it")).body.items, []);
  for (const path of ["/movies", "/movies?query=", `/movies?query=${"a".repeat(201)}`]) {
    const { status, body } = await get(path);
    assert.deepEqual([status, body.errors?.[0].field], [400, "query"], path);
  }
});

Deno.test("GET /movies/popular counts ratings in the window, 30 days by default", async () => {
  const { windows, nRatings } = PARTS.movies;
  for (const [place, window] of WINDOWS.entries()) {
    const { body } = await get(`/movies/popular?window=${window}&n=100`);
    const counts = window === "all" ? nRatings : windows.subarray(place * 60, (place + 1) * 60);
    const expected = [...counts.keys()].filter((movie) => counts[movie] > 0)
      .sort((a, b) => counts[b] - counts[a] || a - b)
      .map((movie) => [movieIdOf(movie), counts[movie]]);
    const found = body.items.map((item: Record<string, number>) => [item.movie_id, item.n_ratings_in_window]);
    assert.deepEqual(found, expected, window);
    assert.deepEqual([body.window, body.source], [window, "popularity"]);
  }
  assert.deepEqual((await get("/movies/popular")).body, (await get("/movies/popular?window=30d")).body);
  const { body } = await get("/movies/popular?window=8d");
  assert.match(body.detail, /window as it should be one of "7d", "30d", "90d", "365d", "all": found "8d"/);
});

Deno.test("GET /movies/popular and /movies/trending obey genres and years", async () => {
  for (const path of ["/movies/popular?window=all", "/movies/trending?"]) {
    const { body } = await get(`${path}&genres=comedy,film-noir&year_from=1940&year_to=1960&n=100`);
    assert.ok(body.items.length > 0);
    for (const { genres, year } of body.items) {
      assert.ok(genres.includes("Comedy") || genres.includes("Film-Noir"));
      assert.ok(year >= 1940 && year <= 1960);
    }
  }
});

Deno.test("GET /movies/trending lists what rises, the fastest first", async () => {
  const { body } = await get("/movies/trending?n=100");
  const trends = body.items.map(({ trend }: { trend: number }) => trend);
  assert.ok(trends.length > 5 && trends.every((trend: number) => trend >= 0));
  assert.deepEqual(trends, trends.toSorted((a: number, b: number) => b - a));
  assert.deepEqual([body.window, body.source], ["7d", "trend"]);
});

Deno.test("GET /movies/{id}/similar lists the most alike, never the movie itself", async () => {
  const { body } = await get("/movies/80/similar?n=100");
  assert.deepEqual([body.movie_id, body.by, body.source], [80, "vectors", "two_tower"]);
  const likeness = body.items.map((item: { likeness: number }) => item.likeness);
  assert.deepEqual(likeness, likeness.toSorted((a: number, b: number) => b - a));
  assert.equal(body.items.length, 59);
  assert.ok(body.items.every(({ movie_id }: { movie_id: number }) => movie_id !== 80));
  assert.equal((await get("/movies/81/similar")).status, 404);
  const without = appOn(await servingOf(snapshotParts({ hasChampion: false }))).app;
  assert.equal((await (await without.request("/movies/80/similar")).json()).by, "facts");
});
