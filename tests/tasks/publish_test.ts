import assert from "@std/assert";
import { join } from "node:path";
import { IdIndex } from "../../models/id_index.ts";
import { openSnapshot } from "../../models/snapshot/snapshot.ts";
import type { Pool } from "../../sql/db.ts";
import { loadArtifact } from "../../tasks/_artifacts.ts";
import { readCatalogue } from "../../tasks/_lake.ts";
import { readChampion } from "../../tasks/_versions.ts";
import { emptyMoment } from "../support/ratings.ts";
import evaluate from "../../tasks/evaluate.ts";
import publish from "../../tasks/publish.ts";
import train from "../../tasks/train.ts";
import { bootstrapped, type Day, FAST, filesOf, type SmallLake, smallLake } from "./_small_lake.ts";
import { ask, askOne } from "./import/_ask.ts";

const STATUSES = "select status from ops_db.publications order by publication_id";

async function pointer({ artifacts }: SmallLake) {
  return JSON.parse(await Deno.readTextFile(join(artifacts, "current.json")));
}

/** Trains with `seed`, and lets the gate promote whatever comes. */
async function champion(day: Day, seed: number): Promise<string> {
  const { version } = await day.stage("train", train, {
    params: { ...FAST, mode: "scratch" },
    parts: { seed },
  });
  const margins = { margin_rmse: 9, margin_ndcg: 1, slice_margin_rmse: 9, slice_margin_ndcg: 1 };
  const params = { ...margins, max_coverage_loss: 1, min_users: 1 };
  assert.equal((await day.stage("evaluate", evaluate, { params })).verdict, "promoted");
  return String(version);
}

/** The database in which `statement` ends the process: before it is sent, or after it has been. */
function dying(pool: Pool, statement: string, when: "before" | "after"): Pool {
  return {
    ...pool,
    async row<Row extends object>(query: string, params?: Parameters<Pool["row"]>[1]) {
      if (query !== statement) return await pool.row<Row>(query, params);
      if (when === "after") await pool.row(query, params);
      throw new Error("killed");
    },
  };
}

Deno.test("publish hands over a snapshot of the lake with the champion's vectors", async () => {
  await using lake = await smallLake();
  const { pool, artifacts } = lake;
  const day = await bootstrapped(lake);
  const version = await champion(day, 1);
  const told = Promise.withResolvers<string>();
  await using _listening = await pool.listen("matinee_published", told.resolve);
  const { rowsIn, rowsOut, batch, snapshot: path } = await day.stage("publish", publish);
  const [[users, movies, pairs]] = await ask(
    pool.url,
    `select count(distinct user_id), (select count(*) from data_lake_db.movies), count(distinct (user_id, movie_id))
     from data_lake_db.ratings`,
  );
  assert.deepEqual([rowsIn, rowsOut, batch], [4_800, Number(users), 0]);
  assert.equal(await told.promise, "1");

  const snapshot = openSnapshot(await loadArtifact(artifacts, String(path)));
  assert.deepEqual([snapshot.champion?.version, snapshot.batchId, snapshot.isSample], [version, 0, true]);
  assert.deepEqual([snapshot.movieIds.length, snapshot.userIds.length, snapshot.rated.entries.length], [
    Number(movies),
    Number(users),
    Number(pairs),
  ]);
  const { published_at, ...pointed } = await pointer(lake);
  assert.ok(Math.abs(Date.parse(published_at) - Date.now()) < 60 * 60_000, published_at);
  assert.deepEqual(pointed, {
    publication_id: 1,
    snapshot: path,
    sha256: await askOne(pool.url, "select sha256 from ops_db.publications"),
    version,
    batch_id: 0,
  });
  assert.deepEqual(await ask(pool.url, STATUSES), [["published"]]);

  // Vectors in SQL and in the snapshot are the same, value by value, for the last user and the first movie.
  const last = snapshot.userIds.length - 1;
  const d = snapshot.champion!.dimension;
  const rows = await ask(
    pool.url,
    `select array_to_string(embedding, ' ') from processed_db.user_embeddings where user_id = ${
      snapshot.userIds[last]
    }
     union all
     select array_to_string(embedding, ' ') from processed_db.movie_embeddings where movie_id = ${
      snapshot.movieIds[0]
    }`,
  );
  const stored = rows.map(([text]) => Float32Array.from(String(text).split(" "), Number));
  assert.deepEqual(stored, [
    snapshot.champion!.userEmbeddings!.slice(last * d),
    snapshot.champion!.movieEmbeddings!.slice(0, d),
  ]);
});

Deno.test("publish makes a person's vector of their whole history, as the model does", async () => {
  await using lake = await smallLake();
  const { pool, artifacts } = lake;
  const day = await bootstrapped(lake);
  await champion(day, 1);
  const { snapshot: path } = await day.stage("publish", publish);
  const snapshot = openSnapshot(await loadArtifact(artifacts, String(path)));
  const { scorer: { embedder } } = (await readChampion({ db: pool, artifacts }))!;
  const catalogue = await readCatalogue(pool);
  const users = new IdIndex();
  const moment = { ...emptyMoment(catalogue), users };
  const rows = await ask(
    pool.url,
    "select user_id, movie_id, rating from data_lake_db.current_ratings order by rating_id",
  );
  for (const [user, movie, stars] of rows.map((row) => row.map(Number))) {
    moment.state.observe(users.add(user), catalogue.movies.get(movie)!, stars, NaN);
    moment.histories.observe(users.add(user), catalogue.movies.get(movie)!, stars);
  }
  const d = embedder!.dimension;
  const wanted = new Float32Array(d);
  for (const place of [0, 17]) {
    embedder!.embedUser(moment, users.get(snapshot.userIds[place])!, wanted, 0);
    const found = snapshot.champion!.userEmbeddings!.subarray(place * d, (place + 1) * d);
    wanted.forEach((value, k) => assert.ok(Math.abs(value - found[k]) < 1e-5, `${place}: ${found}`));
  }
});

Deno.test("publish keeps the vectors of champion and predecessor, and the newest two snapshots", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const day = await bootstrapped(lake);
  const versions: string[] = [];
  const snapshots: string[] = [];
  for (const seed of [1, 2, 3]) {
    versions.push(await champion(day, seed));
    const { snapshot } = await day.stage("publish", publish);
    snapshots.push(String(snapshot).slice("snapshots/".length));
  }
  for (const table of ["movie_embeddings", "user_embeddings"]) {
    const kept = await ask(
      pool.url,
      `select version, count(*) = (select count(*) from ${
        table === "movie_embeddings" ? "data_lake_db.movies" : "processed_db.user_features"
      }) from processed_db.${table} group by version`,
    );
    assert.deepEqual(kept.sort(), versions.slice(1).map((version) => [version, "true"]).sort(), table);
  }
  assert.deepEqual(filesOf(lake, "snapshots"), snapshots.slice(1).sort());
  assert.equal((await pointer(lake)).publication_id, 3);
  // Every version stays, whatever is served.
  assert.deepEqual(filesOf(lake, "models"), versions.map((version) => `${version}.bin`).sort());
});

Deno.test("publish without a champion serves popularity", async () => {
  await using lake = await smallLake();
  const day = await bootstrapped(lake);
  const { version, snapshot } = await day.stage("publish", publish);
  assert.equal(version, null);
  assert.equal(openSnapshot(await loadArtifact(lake.artifacts, String(snapshot))).champion, null);
  assert.equal(await askOne(lake.pool.url, "select count(*) from processed_db.user_embeddings"), "0");
});

Deno.test("publish killed before the pointer moved is undone by the next attempt", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const day = await bootstrapped(lake);
  await day.stage("publish", publish);
  const before = await pointer(lake);
  await champion(day, 1);
  const parts = { db: dying(pool, "publish/insert_publication", "after") };
  await assert.rejects(day.stage("publish", publish, { parts }), { message: "killed" });
  assert.deepEqual(await ask(pool.url, STATUSES), [["published"], ["publishing"]]);
  assert.deepEqual(await pointer(lake), before, "what is served stays");

  await day.stage("publish", publish);
  assert.deepEqual(await ask(pool.url, STATUSES), [["published"], ["undone"], ["published"]]);
  assert.equal((await pointer(lake)).publication_id, 3);
});

Deno.test("publish killed after the pointer moved is finished by the next attempt, and servers are told", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const day = await bootstrapped(lake);
  const parts = { db: dying(pool, "publish/finish_publication", "before") };
  await assert.rejects(day.stage("publish", publish, { parts }), { message: "killed" });
  assert.deepEqual(await ask(pool.url, STATUSES), [["publishing"]]);
  assert.equal((await pointer(lake)).publication_id, 1);

  const told: string[] = [];
  const both = Promise.withResolvers<void>();
  await using _listening = await pool.listen(
    "matinee_published",
    (id) => told.push(id) === 2 && both.resolve(),
  );
  await day.stage("publish", publish);
  await both.promise;
  assert.deepEqual(told, ["1", "2"]);
  assert.deepEqual(await ask(pool.url, STATUSES), [["published"], ["published"]]);
  assert.equal(
    await askOne(pool.url, "select count(*) from ops_db.publications where published_at is null"),
    "0",
  );
});

Deno.test("publish that is stopped moves nothing, and sweeps the next time", async () => {
  await using lake = await smallLake();
  const day = await bootstrapped(lake);
  const stop = new AbortController();
  stop.abort(new Error("stopped by a person"));
  const stopped = () => day.stage("publish", publish, { parts: { signal: stop.signal } });
  await assert.rejects(stopped(), { message: "stopped by a person" });
  await champion(day, 1);
  await assert.rejects(stopped(), { message: "stopped by a person" });
  assert.deepEqual(await ask(lake.pool.url, STATUSES), []);
  await Deno.mkdir(join(lake.artifacts, "snapshots"), { recursive: true });
  await Deno.writeTextFile(join(lake.artifacts, "snapshots", "0123456789abcdef.bin.7.tmp"), "half");
  const { snapshot } = await day.stage("publish", publish);
  assert.deepEqual(filesOf(lake, "snapshots"), [String(snapshot).slice("snapshots/".length)]);
});
