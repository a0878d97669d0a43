import assert from "@std/assert";
import { movieOf } from "../../models/rating_entry.ts";
import { recommend } from "../../server/recommend/recommend.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../support/snapshot.ts";
import { appOn, servingOf } from "./_serving.ts";

const PARTS = snapshotParts();
const USER = userIdOf(4);
const STRANGER = 4;

Deno.test("GET /users/{id}/recommendations lists the champion's best unseen movies", async () => {
  const serving = await servingOf(PARTS);
  const response = await appOn(serving).app.request(`/users/${USER}/recommendations?n=3`);
  assert.equal(response.status, 200);
  const { items, ...rest } = await response.json();
  assert.match(rest.rec_id, /^test-1\.-\.[0-9a-f]{16}$/);
  assert.deepEqual({ ...rest, rec_id: "" }, {
    user_id: USER,
    rec_id: "",
    model_version: "test-1",
    source: "two_tower",
    path: "model",
    variant: null,
  });
  assert.deepEqual(items, bestUnseen(4, 3));
});

Deno.test("GET /users/{id}/recommendations lists 10 by default, 100 at most, and never more than is unseen", async () => {
  const { app } = appOn(await servingOf(PARTS));
  const lengths = await Promise.all(["", "?n=1", "?n=100"].map(async (query) => {
    const { items } = await (await app.request(`/users/${USER}/recommendations${query}`)).json();
    return items.length;
  }));
  assert.deepEqual(lengths, [10, 1, 60 - seenOf(4).length]);
});

Deno.test("GET /users/{id}/recommendations of somebody unknown lists popular movies", async () => {
  const { app } = appOn(await servingOf(PARTS));
  const response = await app.request(`/users/${STRANGER}/recommendations?n=2`);
  assert.equal(response.status, 200);
  const list = await response.json();
  assert.equal(list.source, "popularity");
  assert.equal(list.model_version, "test-1");
  const byCount = [...PARTS.movies.nRatings.keys()]
    .sort((a, b) => PARTS.movies.nRatings[b] - PARTS.movies.nRatings[a] || a - b);
  assert.deepEqual(
    list.items.map(({ movie_id, score }: { movie_id: number; score: number }) => [movie_id, score]),
    byCount.slice(0, 2).map((movie) => [movieIdOf(movie), PARTS.movies.nRatings[movie]]),
  );
});

Deno.test("GET /users/{id}/recommendations without a champion lists unseen popular movies", async () => {
  const { app } = appOn(await servingOf(snapshotParts({ hasChampion: false })));
  const list = await (await app.request(`/users/${USER}/recommendations?n=100`)).json();
  assert.equal(list.source, "popularity");
  assert.equal(list.model_version, null);
  const listed = new Set(list.items.map(({ movie_id }: { movie_id: number }) => movie_id));
  for (const movie of seenOf(4)) assert.ok(!listed.has(movieIdOf(movie)));
  assert.equal(listed.size, 60 - seenOf(4).length);
});

Deno.test("GET /users/{id}/recommendations hides what was rated after the snapshot, from either source", async () => {
  const best = bestUnseen(4, 1)[0].movie_id;
  const popular = movieIdOf(59);
  const { app } = appOn(await servingOf(PARTS, [[USER, best], [STRANGER, popular], [STRANGER, 999_999]]));
  const ids = async (user: number) => {
    const { items } = await (await app.request(`/users/${user}/recommendations?n=100`)).json();
    return items.map(({ movie_id }: { movie_id: number }) => movie_id);
  };
  assert.ok(!(await ids(USER)).includes(best));
  assert.ok((await ids(USER)).includes(bestUnseen(4, 2)[1].movie_id));
  assert.ok(!(await ids(STRANGER)).includes(popular));
  assert.equal((await ids(STRANGER)).length, 59);
});

Deno.test("GET /users/{id}/recommendations calls the sample a sample, and real data nothing", async () => {
  const listOf = async (isSample: boolean) => {
    const { app } = appOn(await servingOf(snapshotParts({ isSample })));
    return await (await app.request(`/users/${USER}/recommendations`)).json();
  };
  const sample = await listOf(true);
  assert.deepEqual([sample.sample, sample.edition], [true, "sample"]);
  assert.ok(!("sample" in await listOf(false)));
});

Deno.test("GET /stats tells what is served", async () => {
  const { app } = appOn(await servingOf(snapshotParts({ users: 40, seenShare: 0.9 }), [[500, 10]]));
  const { ratings, ...stats } = await (await app.request("/stats")).json();
  assert.ok(ratings > 40 * 60 * 0.8);
  assert.deepEqual(stats, {
    model_version: "test-1",
    source: "two_tower",
    edition: "ml-test",
    sample: false,
    day: "2026-03-01",
    batch: 3,
    publication: 1,
    movies: 60,
    users: 40,
    newer_ratings: 1,
    database: "up",
    genres: PARTS.genres,
    example_users: [3, 21, 39, 57, 75, 93],
    unknown_user: 501,
  });
});

Deno.test("GET /health/ready follows model, database and shutdown", async () => {
  const serving = await servingOf(PARTS);
  const ready = async (...[current, state]: Parameters<typeof appOn>) => {
    const response = await appOn(current, state).app.request("/health/ready");
    return [response.status, await response.json()];
  };
  const version = "test-1";
  assert.deepEqual(await ready(serving), [
    200,
    { ready: true, state: "ready", model_version: version, database: "up" },
  ]);
  assert.deepEqual(await ready(serving, { isDatabaseUp: false }), [
    200,
    { ready: true, state: "degraded", model_version: version, database: "down" },
  ]);
  assert.deepEqual(await ready(serving, { isStopping: true }), [
    503,
    { ready: false, state: "stopping", model_version: version, database: "up" },
  ]);
  assert.deepEqual(await ready(null), [
    503,
    { ready: false, state: "nothing to serve", model_version: null, database: "up" },
  ]);
  assert.deepEqual(await (await appOn(null).app.request("/health/live")).json(), { live: true });
});

Deno.test("HEAD answers like GET, without a body", async () => {
  const response = await appOn(await servingOf(PARTS)).app.request("/movies/10", { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.ok(response.headers.get("etag"));
  assert.equal(await response.text(), "");
});

Deno.test("each answer carries a request id, the model's version, and headers that browsers obey", async () => {
  const { app } = appOn(await servingOf(PARTS));
  for (const path of ["/users/3/recommendations", "/stats", "/", "/nowhere", "/users/x"]) {
    const { headers } = await app.request(path, { headers: { "x-request-id": "asked-for" } });
    assert.equal(headers.get("x-request-id"), "asked-for");
    assert.equal(headers.get("x-model-version"), "test-1");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'self'/);
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
  }
  for (const path of ["/ui", "/docs"]) {
    const { headers } = await app.request(path);
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
  }
});

Deno.test("an answer that the client has is 304, until it changes", async () => {
  const serving = await servingOf(PARTS);
  const { app, live } = appOn(serving);
  for (const path of [`/users/${USER}/recommendations`, `/users/${USER}`, "/movies/10", "/stats", "/ui"]) {
    live.current = serving;
    const tag = (await app.request(path)).headers.get("etag") ?? "";
    const again = async (known: string) =>
      (await app.request(path, { headers: { "if-none-match": known } })).status;
    assert.equal(await again(tag), 304);
    assert.equal(await again(`"other", W/${tag}`), 304);
    assert.equal(await again('"other"'), 200);
    if (path === "/ui") continue;
    live.current = await servingOf(snapshotParts({ seed: 2 }));
    assert.equal(await again(tag), 200, path);
  }
  live.current = serving;
  const path = `/users/${USER}/recommendations`;
  const tag = (await app.request(path)).headers.get("etag") ?? "";
  live.current = await servingOf(PARTS, [[USER, bestUnseen(4, 1)[0].movie_id]]);
  assert.equal((await app.request(path, { headers: { "if-none-match": tag } })).status, 200);
});

Deno.test("a stopping server asks clients to leave their connections", async () => {
  const serving = await servingOf(PARTS);
  const connection = async (isStopping: boolean) =>
    (await appOn(serving, { isStopping }).app.request("/stats")).headers.get("connection");
  assert.deepEqual([await connection(false), await connection(true)], [null, "close"]);
});

Deno.test("createApp() logs requests when told to", async () => {
  const serving = await servingOf(PARTS);
  const quiet = appOn(serving);
  await quiet.app.request("/stats");
  assert.deepEqual(quiet.log.lines, []);
  const verbose = appOn(serving, {}, { logRequests: true });
  await verbose.app.request("/users/x", { headers: { "x-request-id": "7" } });
  assert.deepEqual(verbose.log.lines, [
    "info request method=GET path=/users/x route=/users/:id status=400 ms=0 key=undefined request_id=7",
  ]);
});

Deno.test("recommend() orders equal scores by movie id", async () => {
  const parts = snapshotParts({ seenShare: 0 });
  parts.champion?.movieEmbeddings?.fill(0.5);
  const { items } = recommend(await servingOf(parts), { userId: USER, n: 5 });
  assert.deepEqual(items.map(({ movie }) => movie), [0, 1, 2, 3, 4]);
});

function seenOf(user: number): number[] {
  const { offsets, entries } = PARTS.rated;
  return Array.from(entries.subarray(offsets[user], offsets[user + 1]), movieOf);
}

/** The list as its definition says it: every score, minus the seen, sorted. */
function bestUnseen(user: number, n: number) {
  const { movies, champion } = PARTS;
  if (!champion?.movieEmbeddings || !champion.userEmbeddings) {
    throw new Error("Cannot rank without a champion");
  }
  const { dimension: d, movieEmbeddings, userEmbeddings, slope, intercept } = champion;
  const cosine = (movie: number) => {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += movieEmbeddings[movie * d + k] * userEmbeddings[user * d + k];
    return sum;
  };
  return [...movies.ids.keys()]
    .filter((movie) => !seenOf(user).includes(movie))
    .sort((a, b) => cosine(b) - cosine(a) || a - b)
    .slice(0, n)
    .map((movie, i) => ({
      rank: i + 1,
      movie_id: movies.ids[movie],
      title: movies.titles[movie],
      year: movies.years[movie],
      genres: movies.genreIds[movie].map((genre) => PARTS.genres[genre]),
      score: Math.round((slope * Math.fround(cosine(movie)) + intercept) * 1e4) / 1e4,
      retrieval_score: Math.round(Math.fround(cosine(movie)) * 1e4) / 1e4,
    }));
}
