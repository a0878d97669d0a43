import assert from "@std/assert";
import type { Pool } from "../../../sql/db.ts";
import { movieIdOf, snapshotParts } from "../../support/snapshot.ts";
import { testPool } from "../../support/database.ts";
import { ask } from "../../tasks/import/_ask.ts";
import { createArchive } from "../_archive.ts";
import { servingOf } from "../_serving.ts";
import { sent, writingApp } from "../_writing.ts";

const PARTS = snapshotParts();
const SERVING = await servingOf(PARTS);
const MOVIE = movieIdOf(3);
const LIST = "test-1.-.0123abcd";

async function archive(pool: Pool): Promise<void> {
  await createArchive(pool, PARTS);
  await pool.script(`
    insert into ops_db.model_versions
      (version, model, mode, status, run_id, through_batch, n_ratings, config, artifact, seed)
    values ('test-1', 'two_tower', 'scratch', 'champion', 1, 0, 10, '{}', 'models/test-1.bin', 1)`);
}

const kept = (pool: Pool) =>
  ask(
    pool.url,
    "select rec_id, user_id, event, position, version, variant from ops_db.feedback order by feedback_id",
  );
const hidden = (pool: Pool) => ask(pool.url, "select user_id, movie_id from raw_db.hidden_movies");

Deno.test("POST /feedback counts each event of a list once", async () => {
  await using pool = await testPool();
  await archive(pool);
  const { app } = writingApp(pool, SERVING);
  const shown = { rec_id: LIST, event: "impression", user_id: 8, movie_id: MOVIE, position: 2 };
  const guest = { rec_id: "popularity.-.9f", event: "click", movie_id: MOVIE };
  const events = [shown, { ...shown, event: "click" }, guest, guest];
  const post = async () => (await app.request("/feedback", sent("POST", { events }))).json();
  assert.deepEqual(await post(), { accepted: 4, counted: 3 });
  assert.deepEqual(await post(), { accepted: 4, counted: 0 });
  assert.deepEqual(await kept(pool), [
    [LIST, "8", "impression", "2", "test-1", null],
    [LIST, "8", "click", "2", "test-1", null],
    ["popularity.-.9f", null, "click", null, null, null],
  ]);
});

Deno.test("POST /feedback refuses lists of versions and variants that do not exist, and keeps nothing of the request", async () => {
  await using pool = await testPool();
  await archive(pool);
  const { app, notices } = writingApp(pool, SERVING);
  const good = { rec_id: LIST, event: "hide", user_id: 8, movie_id: MOVIE };
  for (const rec_id of ["0000000000000000.-.12", "test-1.blue.12", "nonsense", "test-1.-."]) {
    const events = [good, { ...good, rec_id, event: "click" }];
    const response = await app.request("/feedback", sent("POST", { events }));
    const problem = await response.json();
    assert.deepEqual([response.status, problem.errors[0].field], [422, "events.1.rec_id"], rec_id);
  }
  assert.deepEqual([await kept(pool), await hidden(pool), notices], [[], [], []]);
});

Deno.test("POST /feedback refuses what has not happened yet, or never did", async () => {
  await using pool = await testPool();
  await archive(pool);
  const { app } = writingApp(pool, SERVING);
  const click = { rec_id: LIST, event: "click", movie_id: MOVIE };
  for (
    const [occurred_at, status] of [["2026-03-05T12:00:01Z", 400], ["1895-12-28T00:00:00Z", 400], [
      "2026-03-05T12:00:00Z",
      202,
    ]]
  ) {
    const response = await app.request("/feedback", sent("POST", { events: [{ ...click, occurred_at }] }));
    assert.equal(response.status, status, `${occurred_at}`);
    if (status === 400) assert.equal((await response.json()).errors[0].field, "events.0.occurred_at");
  }
});

Deno.test("POST /feedback: a hide is for a person, lasts, and is told", async () => {
  await using pool = await testPool();
  await archive(pool);
  const { app, notices } = writingApp(pool, SERVING);
  const hide = { rec_id: LIST, event: "hide", movie_id: MOVIE };
  assert.equal((await app.request("/feedback", sent("POST", hide))).status, 400);
  const heard = Promise.withResolvers<string>();
  await using _listening = await pool.listen("matinee_ratings", heard.resolve);
  assert.equal((await app.request("/feedback", sent("POST", { ...hide, user_id: 8 }))).status, 202);
  assert.deepEqual(await hidden(pool), [["8", `${MOVIE}`]]);
  assert.deepEqual(notices, [{ kind: "hidden", userId: 8, movieId: MOVIE }]);
  assert.equal(await heard.promise, "hidden");
});

Deno.test("PUT, GET and DELETE /users/{id}/hidden hide movies, list them and take them back", async () => {
  await using pool = await testPool();
  const { app, notices } = writingApp(pool, SERVING);
  const path = `/users/8/hidden/${MOVIE}`;
  for (const _ of [1, 2]) assert.equal((await app.request(path, { method: "PUT" })).status, 204);
  const { movies } = await (await app.request("/users/8/hidden")).json();
  assert.deepEqual(movies.map(({ movie_id }: { movie_id: number }) => movie_id), [MOVIE]);
  for (const _ of [1, 2]) assert.equal((await app.request(path, { method: "DELETE" })).status, 204);
  assert.deepEqual(await hidden(pool), []);
  assert.deepEqual(notices.map(({ kind }) => kind), ["hidden", "hidden", "shown", "shown"]);
  assert.equal((await app.request("/users/8/hidden/1", { method: "PUT" })).status, 404);
});
