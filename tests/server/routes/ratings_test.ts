import assert from "@std/assert";
import type { Pool } from "../../../sql/db.ts";
import { movieIdOf, snapshotParts } from "../../support/snapshot.ts";
import { testPool } from "../../support/database.ts";
import { ask } from "../../tasks/import/_ask.ts";
import { servingOf } from "../_serving.ts";
import { NOW, sent, writingApp } from "../_writing.ts";

const SERVING = await servingOf(snapshotParts());
const [FIRST, SECOND] = [movieIdOf(3), movieIdOf(7)];

const inbox = (pool: Pool) =>
  ask(
    pool.url,
    "select user_id, movie_id, rating, rated_at > now() - interval '1 minute' from raw_db.inbox order by inbox_id",
  );

Deno.test("POST /ratings keeps what it answers for, in order, and tells the workers and other servers", async () => {
  await using pool = await testPool();
  const heard = Promise.withResolvers<string>();
  await using _listening = await pool.listen("matinee_ratings", heard.resolve);
  const { app, notices } = writingApp(pool, SERVING);
  const ratings = [
    { user_id: 8, movie_id: SECOND, rating: 0.5 },
    { user_id: 999, movie_id: FIRST, rating: 5, rated_at: "2026-03-01T20:15:00+01:00" },
  ];
  const response = await app.request("/ratings", sent("POST", { ratings }));
  assert.equal(response.status, 202);
  assert.deepEqual(await response.json(), { accepted: 2, received_at: NOW.toISOString() });
  assert.deepEqual(await inbox(pool), [["8", `${SECOND}`, "0.5", "true"], ["999", `${FIRST}`, "5", "false"]]);
  assert.deepEqual(notices, [
    { kind: "rated", userId: 8, movieId: SECOND, stars: 0.5 },
    { kind: "rated", userId: 999, movieId: FIRST, stars: 5 },
  ]);
  assert.equal(await heard.promise, "inbox");
});

Deno.test("POST /ratings takes one rating without a list", async () => {
  await using pool = await testPool();
  const { app } = writingApp(pool, SERVING);
  const response = await app.request("/ratings", sent("POST", { user_id: 8, movie_id: FIRST, rating: 4 }));
  assert.deepEqual([response.status, (await response.json()).accepted], [202, 1]);
  assert.deepEqual(await inbox(pool), [["8", `${FIRST}`, "4", "true"]]);
});

Deno.test("POST /ratings under a key takes a request once, also when both come at once", async () => {
  await using pool = await testPool();
  const { app, notices } = writingApp(pool, SERVING);
  const body = { ratings: [{ user_id: 8, movie_id: FIRST, rating: 4 }] };
  const post = (body: unknown, key = "a-1") =>
    app.request("/ratings", sent("POST", body, { "idempotency-key": key }));
  const answers = await Promise.all(Array.from({ length: 6 }, async () => {
    const response = await post(body);
    return [response.status, await response.text()];
  }));
  assert.equal(new Set(answers.map(String)).size, 1);
  assert.equal(answers[0][0], 202);
  assert.equal((await inbox(pool)).length, 1);
  assert.equal(notices.length, 6, "each answer is right for the next request");
  const other = await post({ ratings: [{ user_id: 8, movie_id: FIRST, rating: 3 }] });
  assert.equal(other.status, 422);
  assert.equal((await other.json()).type, "urn:matinee:problem:key-reused");
  assert.equal((await post(body, "a-2")).status, 202);
  assert.equal((await inbox(pool)).length, 2);
});

Deno.test("POST /ratings refuses all of a request in which one is wrong, and says which", async () => {
  await using pool = await testPool();
  const { app, notices } = writingApp(pool, SERVING);
  const good = { user_id: 8, movie_id: FIRST, rating: 4 };
  const wrong: [object, string, number][] = [
    [{ ...good, movie_id: 1 }, "ratings.1.movie_id", 404],
    [{ ...good, rating: 4.2 }, "ratings.1.rating", 400],
    [{ ...good, rating: 5.5 }, "ratings.1.rating", 400],
    [{ ...good, rating: 0 }, "ratings.1.rating", 400],
    [{ ...good, rated_at: "2026-03-05T12:00:01Z" }, "ratings.1.rated_at", 400],
    [{ ...good, rated_at: "1994-01-01T00:00:00Z" }, "ratings.1.rated_at", 400],
    [{ ...good, user_id: -1 }, "ratings.1.user_id", 400],
    [{ ...good, user_id: 2 ** 31 }, "ratings.1.user_id", 400],
    [{ ...good, user_key: "a" }, "ratings.1", 400],
    [{ ...good, stars: 4 }, "ratings.1.stars", 400],
  ];
  for (const [rating, field, status] of wrong) {
    const response = await app.request("/ratings", sent("POST", { ratings: [good, rating] }));
    const problem = await response.json();
    assert.deepEqual([response.status, problem.errors[0].field], [status, field], JSON.stringify(problem));
  }
  const many = await app.request("/ratings", sent("POST", { ratings: Array(1001).fill(good) }));
  assert.equal(many.status, 400);
  assert.deepEqual([await inbox(pool), notices], [[], []]);
});

Deno.test("POST /ratings numbers people that are named by new keys, each once", async () => {
  await using pool = await testPool();
  await pool.script("insert into raw_db.user_keys values (5, 'ada'), (6, 'new to the snapshot')");
  const parts = snapshotParts({ users: 1 });
  const serving = await servingOf({
    ...parts,
    userKeys: ["ada"],
    movies: { ...parts.movies, keys: [...parts.movies.ids].map((id) => `m${id}`) },
  });
  const { app } = writingApp(pool, serving);
  const post = (...keys: string[]) =>
    app.request(
      "/ratings",
      sent("POST", { ratings: keys.map((user_key) => ({ user_key, movie_key: `m${FIRST}`, rating: 4 })) }),
    );
  assert.equal((await post("ada", "grace", "new to the snapshot", "grace")).status, 202);
  await Promise.all([post("edsger"), post("edsger"), post("edsger")]);
  const known = await ask(pool.url, "select user_id, key from raw_db.user_keys order by user_id");
  assert.deepEqual(known, [["5", "ada"], ["6", "new to the snapshot"], ["7", "grace"], ["8", "edsger"]]);
  assert.deepEqual((await inbox(pool)).map(([user]) => user), ["3", "7", "6", "7", "8", "8", "8"]);
});

Deno.test("POST /ratings by key is refused where ids are numbers", async () => {
  await using pool = await testPool();
  const { app } = writingApp(pool, SERVING);
  const response = await app.request(
    "/ratings",
    sent("POST", { user_key: "ada", movie_id: FIRST, rating: 4 }),
  );
  assert.equal(response.status, 400);
});
