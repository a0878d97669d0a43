import assert from "@std/assert";
import type { Serving } from "../../../server/live/live.ts";
import { recommend } from "../../../server/recommend/recommend.ts";
import type { ListRequest } from "../../../server/recommend/request.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { servingOf } from "../_serving.ts";

const USER = userIdOf(4);
const STRANGER = 4;
const serving = await servingOf(snapshotParts());
const list = (request: Partial<ListRequest>, on: Serving = serving) =>
  recommend(on, { userId: USER, n: 10, ...request });
const movies = (request: Partial<ListRequest>, on?: Serving) =>
  list(request, on).items.map(({ movie }) => movie);

Deno.test("recommend() filters by any of the genres, and still lists as many as there are", () => {
  const { snapshot } = serving;
  for (const userId of [USER, STRANGER]) {
    const all = movies({ userId, n: 100 });
    const wanted = ["Comedy", "Film-Noir"];
    const fitting = all.filter((movie) => snapshot.genresOf(movie).some((genre) => wanted.includes(genre)));
    assert.ok(fitting.length > 10 && fitting.length < all.length);
    assert.deepEqual(movies({ userId, genres: wanted }), fitting.slice(0, 10));
    assert.deepEqual(movies({ userId, genres: ["Opera"] }), []);
  }
});

Deno.test("recommend() filters by years, both included; a movie without a year passes neither bound", () => {
  const { snapshot } = serving;
  const all = movies({ n: 100 });
  const between = (from: number, to: number) =>
    all.filter((movie) => {
      const year = snapshot.year(movie);
      return year !== null && year >= from && year <= to;
    });
  assert.deepEqual(movies({ n: 100, yearFrom: 1940, yearTo: 1950 }), between(1940, 1950));
  assert.deepEqual(movies({ n: 100, yearFrom: 1975 }), between(1975, 3000));
  assert.deepEqual(movies({ n: 100, yearTo: 1933 }), between(0, 1933));
});

Deno.test("recommend() leaves out what the request excludes, and what the request rates", () => {
  for (const userId of [USER, STRANGER, null]) {
    const [first, second, third] = movies({ userId });
    const exclude = [movieIdOf(first), 999_999];
    assert.deepEqual(movies({ userId, exclude, n: 2 }), [second, third]);
    const rated = movies({ userId, ratings: [{ movieId: movieIdOf(second), stars: 5 }], n: 100 });
    assert.ok(!rated.includes(second));
  }
});

Deno.test("recommend() diversifies among the retrieved, of whom none is seen or excluded", () => {
  const exclude = movies({ n: 5 }).map(movieIdOf);
  for (const userId of [USER, STRANGER]) {
    const plain = movies({ userId, exclude });
    assert.deepEqual(movies({ userId, exclude, diversity: 0 }), plain);
    const diverse = list({ userId, exclude, diversity: 0.9 });
    assert.equal(diverse.items.length, 10);
    assert.equal(diverse.items[0].movie, plain[0]);
    assert.notDeepEqual(diverse.items.map(({ movie }) => movie), plain);
    assert.deepEqual(diverse.dropped, { seen: 0, hidden: 0, excluded: 0 });
    // With as many candidates as places, diversity can only change their order.
    const same = movies({ userId, exclude, diversity: 0.9, retrieve: 10 });
    assert.deepEqual(same.toSorted(), plain.toSorted());
  }
});

Deno.test("recommend() of a stranger's ratings lists what is popular in their genres", () => {
  // Movie 4 is of no genre but the last; the others are of two each.
  const { path, source, version, items } = list({
    userId: null,
    ratings: [{ movieId: movieIdOf(4), stars: 5 }],
  });
  assert.deepEqual([path, source, version], ["genre_popularity", "popularity", null]);
  assert.ok(items.every(({ movie }) => serving.snapshot.genresOf(movie)[0] === "(no genres listed)"));
  const counts = items.map(({ retrievalScore }) => retrievalScore);
  assert.deepEqual(counts, counts.toSorted((a, b) => b - a));
});

Deno.test("recommend() says which path made the list", () => {
  assert.equal(list({}).path, "model");
  assert.equal(list({ userId: STRANGER }).path, "popularity");
  assert.equal(list({ userId: null }).path, "popularity");
  assert.equal(list({ userId: STRANGER, genres: ["Comedy"] }).path, "genre_popularity");
});
