import assert from "@std/assert";
import type { Serving } from "../../../server/live/live.ts";
import { recommend } from "../../../server/recommend/recommend.ts";
import type { ListRequest } from "../../../server/recommend/request.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { servingOf } from "../_serving.ts";

const USER = userIdOf(4);
const STRANGER = 4;
const serving = await servingOf(snapshotParts());
const popular = await servingOf(snapshotParts({ hasChampion: false }));
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

Deno.test("recommend() of a stranger's ratings, where no model takes them, lists what is popular in their genres", () => {
  // Movie 4 is of no genre but the last; the others are of two each.
  const { path, source, version, items } = list({
    userId: null,
    ratings: [{ movieId: movieIdOf(4), stars: 5 }],
  }, popular);
  assert.deepEqual([path, source, version], ["genre_popularity", "popularity", null]);
  assert.ok(items.every(({ movie }) => serving.snapshot.genresOf(movie)[0] === "(no genres listed)"));
  const counts = items.map(({ retrievalScore }) => retrievalScore);
  assert.deepEqual(counts, counts.toSorted((a, b) => b - a));
});

Deno.test("recommend() takes the first path of cold start that has something to say", async () => {
  const als = await servingOf(snapshotParts({ model: "als" }));
  const byCount = await servingOf(snapshotParts({ model: "popularity" }));
  const ratings = [{ movieId: movieIdOf(3), stars: 4.5 }, { movieId: 999, stars: 5 }];
  const unknown = [{ movieId: 999, stars: 5 }];
  const cases: [on: Serving, request: Partial<ListRequest>, path: string][] = [
    [serving, {}, "model"],
    [als, {}, "model"],
    // ALS reads histories, the content towers what they say of genres.
    [als, { ratings }, "fold_in"],
    [als, { userId: STRANGER, ratings }, "fold_in"],
    [als, { userId: null, ratings }, "fold_in"],
    [serving, { userId: null, ratings }, "content"],
    [serving, { userId: USER, ratings }, "content"],
    [popular, { userId: null, ratings }, "genre_popularity"],
    [popular, { userId: USER }, "genre_popularity"],
    [serving, { userId: STRANGER, genres: ["Comedy"] }, "genre_popularity"],
    [serving, { userId: STRANGER }, "popularity"],
    // A rating of a movie that the catalogue lacks says nothing.
    [als, { userId: null, ratings: unknown }, "popularity"],
    [als, { userId: null }, "popularity"],
    [byCount, {}, "popularity"],
  ];
  for (const [on, request, path] of cases) {
    assert.equal(list(request, on).path, path, JSON.stringify(request));
  }
  assert.deepEqual([list({}, byCount).version, list({}, popular).version], ["test-1", null]);
});

Deno.test("recommend() folds ratings in: they change the list, and nothing is kept of them", async () => {
  const als = await servingOf(snapshotParts({ model: "als" }));
  const before = list({ userId: null, ratings: [{ movieId: movieIdOf(3), stars: 5 }] }, als);
  const other = list({ userId: null, ratings: [{ movieId: movieIdOf(8), stars: 5 }] }, als);
  assert.notDeepEqual(before.items, other.items);
  assert.deepEqual(list({ userId: null, ratings: [{ movieId: movieIdOf(3), stars: 5 }] }, als), before);
  // The last of two ratings of a movie counts.
  const twice = [{ movieId: movieIdOf(3), stars: 1 }, { movieId: movieIdOf(3), stars: 5 }];
  assert.deepEqual(list({ userId: null, ratings: twice }, als), before);
});

Deno.test("recommend() lists somebody who rated since by what they have rated now", async () => {
  for (const model of ["als", "two_tower"] as const) {
    const parts = snapshotParts({ model });
    const [{ movie }] = list({}, await servingOf(parts)).items;
    const since = await servingOf(parts, [[USER, movieIdOf(movie)]]);
    const now = list({}, since);
    assert.equal(now.path, "model");
    assert.ok(now.items.every((item) => item.movie !== movie));
    // As if the request had brought it.
    const given = list({ ratings: [{ movieId: movieIdOf(movie), stars: 4 }] }, await servingOf(parts));
    assert.deepEqual(now.items, given.items);
    assert.notEqual(now.items[0].rankingScore, list({}, await servingOf(parts)).items[1].rankingScore);
  }
});

Deno.test("recommend() of an erased person is a stranger's, until they rate anew", async () => {
  const on = await servingOf(snapshotParts());
  on.newer.append([{ kind: "erased", userId: USER }]);
  on.newer.takeIn();
  assert.deepEqual(list({}, on), list({ userId: STRANGER }, on));
  on.newer.append([{ kind: "rated", userId: USER, movieId: movieIdOf(3), stars: 5 }]);
  on.newer.takeIn();
  const guest = list({ userId: null, ratings: [{ movieId: movieIdOf(3), stars: 5 }] }, on);
  assert.deepEqual(list({}, on).items, guest.items);
});
