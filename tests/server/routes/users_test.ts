import assert from "@std/assert";
import { createNewerRatings } from "../../../server/live/newer.ts";
import { createMovieRows, emptyBase } from "../../../server/live/newer_base.ts";
import { createNewerLog } from "../../../server/live/newer_log.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { appOn, servingOf } from "../_serving.ts";

/** Movies 10, 30, … are Adventure and Drama, 20, 40, … Comedy and Film-Noir, 50, 100, … of no genre. */
const PAIRS = [[3, 0, 5], [3, 1, 2], [3, 2, 4], [6, 1, 3]] as const;
const PARTS = snapshotParts({ movies: 30, seenPairs: PAIRS, hasPeople: true });
const STRANGER = 999;

async function get(path: string, newer: [number, number][] = []) {
  const { app } = appOn(await servingOf(PARTS, newer));
  const response = await app.request(path);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

Deno.test("GET /users/{id} tells counts, mean and taste", async () => {
  const { body } = await get("/users/3");
  assert.deepEqual(body, {
    user_id: 3,
    gender: PARTS.people?.get(3)?.gender ?? null,
    age: PARTS.people?.get(3)?.age ?? null,
    occupation: PARTS.people?.get(3)?.occupation ?? null,
    model_version: "test-1",
    source: "two_tower",
    n_rated: 3,
    n_rated_since: 0,
    mean_rating: 3.67,
    genres: [
      { genre: "Adventure", n_rated: 2, mean_rating: 4.5 },
      { genre: "Drama", n_rated: 2, mean_rating: 4.5 },
      { genre: "Comedy", n_rated: 1, mean_rating: 2 },
      { genre: "Film-Noir", n_rated: 1, mean_rating: 2 },
    ],
  });
  assert.notEqual(body.gender, null);
  assert.equal((await get("/users/6")).body.gender, null);
});

Deno.test("GET /users/{id} counts what was rated since, and a rating anew once", async () => {
  // Newer ratings are of 4 stars: movie 10 was 5, movie 40 is new.
  const { body } = await get("/users/3", [[3, 10], [3, 40], [STRANGER, 20]]);
  assert.deepEqual([body.n_rated, body.n_rated_since, body.mean_rating], [4, 1, 3.5]);
  const stranger = await get(`/users/${STRANGER}`, [[STRANGER, 20]]);
  const { n_rated, n_rated_since, mean_rating, source } = stranger.body;
  assert.deepEqual([n_rated, n_rated_since, mean_rating, source], [1, 1, 4, "popularity"]);
});

Deno.test("GET /users/{id} is 404 for whom nothing is known of, and /user/{id} is the same", async () => {
  const missing = await get(`/users/${STRANGER}`);
  assert.deepEqual([missing.status, missing.body.type], [404, "urn:matinee:problem:unknown-user"]);
  assert.deepEqual((await get("/user/3")).body, (await get("/users/3")).body);
});

Deno.test("GET /users/{id}/ratings lists them page by page, the newer ones first", async () => {
  const { body } = await get("/users/3/ratings", [[3, 40]]);
  assert.deepEqual([body.n_rated, body.next, body.source], [4, null, "snapshot"]);
  const [newest, ...rest] = body.items;
  assert.deepEqual(
    [newest.movie_id, newest.rating, newest.is_new, newest.title],
    [40, 4, true, PARTS.movies.titles[3]],
  );
  const stars = rest.map((
    { movie_id, rating, is_new }: Record<string, unknown>,
  ) => [movie_id, rating, is_new]);
  assert.deepEqual(stars.sort(), [[10, 5, false], [20, 2, false], [30, 4, false]]);
  const pages = [];
  for (let path: string | null = "/users/3/ratings?n=3"; path; path = pages.at(-1).next) {
    pages.push((await get(path, [[3, 40]])).body);
  }
  assert.deepEqual(pages.map(({ items }) => items.length), [3, 1]);
  assert.deepEqual(pages.flatMap(({ items }) => items), body.items);
  assert.deepEqual((await get("/users/3/ratings?offset=100")).body.items, []);
  assert.equal((await get(`/users/${STRANGER}/ratings`)).status, 404);
});

Deno.test("GET /users/{id}/ratings shows a rating given anew with its last stars", async () => {
  const { body } = await get("/users/3/ratings", [[3, 20]]);
  assert.equal(body.n_rated, 3);
  assert.deepEqual([body.items[0].movie_id, body.items[0].rating, body.items[0].is_new], [20, 4, true]);
});

Deno.test("GET /users/{id}/ratings shows a newer rating of which only the movie is known", async () => {
  const rows = createMovieRows();
  rows.add(3, 40, 0);
  const base = { ...emptyBase(PARTS.batchId, 0), ratings: rows.finish() };
  const newer = createNewerRatings(base, createNewerLog(1024));
  const { app } = appOn({ ...await servingOf(PARTS), newer });
  const { n_rated, items } = await (await app.request("/users/3/ratings")).json();
  assert.deepEqual([n_rated, items[0].movie_id, items[0].rating, items[0].is_new], [4, 40, null, true]);
  const profile = await (await app.request("/users/3")).json();
  assert.deepEqual([profile.n_rated, profile.n_rated_since, profile.mean_rating], [4, 1, 3.67]);
});

Deno.test("GET /users/{id}/why-not/{movie_id} says what keeps a movie off, and where it stands", async () => {
  const because = async (query: string) => {
    const { body } = await get(`/users/3/why-not/${query}`);
    return body.obstacles.map(({ why, by, stars }: Record<string, unknown>) => [why, by ?? stars ?? null]);
  };
  assert.deepEqual(await because("10"), [["seen", 5]]);
  assert.deepEqual(await because("50?exclude=50&genres=Comedy"), [["excluded", null], ["filter", "genres"]]);
  assert.deepEqual(await because("60?year_from=2100"), [["filter", "years"]]);
  const { body: list } = await get("/users/3/recommendations?n=100");
  const [best, worst] = [list.items[0], list.items.at(-1)];
  const { body: on } = await get(`/users/3/why-not/${best.movie_id}`);
  assert.deepEqual([on.listed, on.obstacles, on.score, on.path], [1, [], best.score, "model"]);
  const { body: off } = await get(`/users/3/why-not/${worst.movie_id}?n=5`);
  assert.equal(off.listed, null);
  assert.deepEqual(off.obstacles, [{
    why: "below_the_cut",
    says: `Nothing keeps it off but better ones: it stands at place ${off.rank}, and the list has 5.`,
  }]);
  assert.equal((await get("/users/3/why-not/11")).status, 404);
});

Deno.test("answers about people are for them alone", async () => {
  for (const path of ["/users/3", "/users/3/ratings", "/users/3/why-not/10", "/users/3/recommendations"]) {
    const { headers } = await get(path);
    assert.equal(headers.get("cache-control"), "private, no-cache", path);
  }
});
