/** A snapshot made from yesterday's is the one that would be built from the lake, to the byte. */
import assert from "@std/assert";
import { join } from "node:path";
import type { Pool } from "../../sql/db.ts";
import { openSnapshot } from "../../models/snapshot/snapshot.ts";
import { loadArtifact, storeArtifact } from "../../tasks/_artifacts.ts";
import evaluate from "../../tasks/evaluate.ts";
import publish from "../../tasks/publish.ts";
import train from "../../tasks/train.ts";
import { post } from "./_archive.ts";
import { bootstrapped, type Day, FAST, type SmallLake, smallLake } from "./_small_lake.ts";
import { ofFormat } from "../support/snapshot.ts";
import { ask, askOne } from "./import/_ask.ts";

/** So small that the running mean stays near the one that the vectors are as of. */
const SMALL = { batch: { size: 20, atMost: 1 } };
/** Whatever was trained goes live. */
const ROOMY = {
  ...{ margin_rmse: 9, margin_ndcg: 1, min_users: 1 },
  ...{ slice_margin_rmse: 9, slice_margin_ndcg: 1, max_coverage_loss: 1 },
};

async function championLake(params: object = FAST): Promise<{ lake: SmallLake; first: Day }> {
  const lake = await smallLake();
  const first = await bootstrapped(lake);
  await first.stage("train", train, { params });
  await first.stage("evaluate", evaluate, { params: ROOMY });
  await first.stage("publish", publish);
  return { lake, first };
}

/** The pool, and the names of all queries that go through it. */
function watched(pool: Pool): { db: Pool; asked: string[] } {
  const asked: string[] = [];
  const copyOut: Pool["copyOut"] = (query, settings) => {
    asked.push(query);
    return pool.copyOut(query, settings);
  };
  return { db: { ...pool, copyOut }, asked };
}

const VECTORS = `
  select version, movie_id, array_to_string(embedding, ' '), 'movie' from processed_db.movie_embeddings
  union all select version, user_id, array_to_string(embedding, ' '), 'user' from processed_db.user_embeddings
  union all select version, batch_id, mean::text, 'version' from processed_db.embedding_versions
  order by 4, 1, 2`;

/** Publishes on top of yesterday's snapshot, and then from the lake: the same bytes, the same vectors in SQL. */
async function assertSameAnew(lake: SmallLake, day: Day): Promise<string> {
  const { pool, artifacts } = lake;
  const { db, asked } = watched(pool);
  const { snapshot } = await day.stage("publish", publish, { parts: { db } });
  assert.ok(!asked.includes("lake/copy_rated"), "made from the snapshot before");
  const bytes = await loadArtifact(artifacts, String(snapshot));
  const vectors = await ask(pool.url, VECTORS);

  await Deno.remove(join(artifacts, "snapshots"), { recursive: true });
  const again = watched(pool);
  const rebuilt = await day.stage("publish", publish, { parts: { db: again.db } });
  assert.ok(again.asked.includes("lake/copy_rated"), "built from the lake");
  // A difference of megabytes is told by a word: assert's own account of it takes minutes.
  assert.equal(rebuilt.snapshot, snapshot, "named by their content");
  assert.ok(isSame(await loadArtifact(artifacts, String(rebuilt.snapshot)), bytes), "the bytes");
  assert.ok(JSON.stringify(await ask(pool.url, VECTORS)) === JSON.stringify(vectors), "the vectors in SQL");
  return String(snapshot);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** A day on which people rate again, late, for the first time, and movies and a genre are new. */
async function eventfulDay(lake: SmallLake): Promise<Day> {
  const { pool } = lake;
  const [[user, movie], [other, last]] = await ask(
    pool.url,
    `(select user_id, movie_id from data_lake_db.ratings order by rating_id limit 1) union all
     select max(user_id) + 1, (select max(movie_id) + 1 from data_lake_db.movies) from data_lake_db.ratings`,
  );
  await pool.script(`
    insert into data_lake_db.genres select max(genre_id) + 1, 'Puppetry' from data_lake_db.genres;
    insert into data_lake_db.movies select ${last}, 'Late', 2019, array[max(genre_id), 0] from data_lake_db.genres;
    insert into data_lake_db.movies
      select min(movie_id) - 1, 'First of all', null, array[max(genre_id)] from data_lake_db.movies, data_lake_db.genres;
    update data_lake_db.movies set year = 1931, title = 'Another title'
      where movie_id = (select min(movie_id) + 5 from data_lake_db.movies where movie_id > 0);`);
  const rate = (user: string | null, movie: number, rating: number, at: string) => {
    return { user: Number(user), movie, rating, at };
  };
  await post(pool, [
    rate(user, Number(movie), 0.5, "2025-01-01T00:00:00Z"),
    rate(user, Number(movie), 5, "2024-01-01T00:00:00Z"),
    rate(other, Number(movie), 4, "2025-01-01T00:00:00Z"),
    rate(other, Number(last), 1, "2025-01-01T00:01:00Z"),
  ]);
  const day = await lake.day({ kind: "daily", day: "2026-03-02", settings: SMALL });
  await day.take("ingest", "clean", "features");
  return day;
}

Deno.test("publish on top of yesterday is publish from the lake, with new people, movies, genres and facts", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  const path = await assertSameAnew(lake, await eventfulDay(lake));
  const snapshot = openSnapshot(await loadArtifact(lake.artifacts, path));
  assert.equal(snapshot.batchId, 1);
  assert.equal(snapshot.title(0), "First of all");
  assert.ok(snapshot.genres.includes("Puppetry"));
});

Deno.test("publish of a model without vectors is made from the snapshot before as well", async () => {
  const { lake } = await championLake({ model: "popularity" });
  await using _ = lake;
  await assertSameAnew(lake, await eventfulDay(lake));
});

Deno.test("publish makes up for days on which it stood still", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  await eventfulDay(lake);
  const day = await lake.day({ kind: "daily", day: "2026-03-03", settings: SMALL });
  await day.take("ingest", "clean", "features");
  const path = await assertSameAnew(lake, day);
  assert.equal(openSnapshot(await loadArtifact(lake.artifacts, path)).batchId, 2);
});

Deno.test("publish of a warm update computes all vectors anew, and keeps the lists", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  const day = await eventfulDay(lake);
  const config = { ...FAST.config, warm_learning_rate: 0.01 };
  const { mode, version } = await day.stage("train", train, { params: { config } });
  assert.equal(mode, "warm");
  assert.equal((await day.stage("evaluate", evaluate, { params: ROOMY })).verdict, "promoted");
  const path = await assertSameAnew(lake, day);
  assert.equal(openSnapshot(await loadArtifact(lake.artifacts, path)).champion?.version, version);
});

Deno.test("publish after a training from scratch builds everything from the lake", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  const day = await eventfulDay(lake);
  await day.stage("train", train, { params: { ...FAST, mode: "scratch" }, parts: { seed: 5 } });
  const judged = await day.stage("evaluate", evaluate, { params: ROOMY });
  assert.equal(judged.verdict, "promoted", String(judged.reason));
  const { db, asked } = watched(lake.pool);
  await day.stage("publish", publish, { parts: { db } });
  assert.ok(asked.includes("lake/copy_rated"));
});

Deno.test("publish writes only the vectors that a day changed, while the mean stays near", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  const { pool } = lake;
  const mean = await askOne(pool.url, "select mean from processed_db.embedding_versions");
  const newest = "select max(xmin::text::bigint) from processed_db.user_embeddings";
  const before = await askOne(pool.url, newest);
  const day = await lake.day({ kind: "daily", day: "2026-03-02", settings: SMALL });
  await day.take("ingest", "clean", "features");
  await day.stage("publish", publish);
  const changed = `select count(*) from processed_db.user_embeddings where xmin::text::bigint > ${before}`;
  const rated = "select count(distinct user_id) from data_lake_db.ratings where batch_id = 1";
  assert.equal(await askOne(pool.url, changed), await askOne(pool.url, rated));
  assert.equal(await askOne(pool.url, "select mean from processed_db.embedding_versions"), mean);
  assert.equal(await askOne(pool.url, "select batch_id from processed_db.embedding_versions"), "1");

  // A mean that has gone far renews all of them.
  await pool.script("update processed_db.rating_totals set rating_sum = rating_sum + 0.5 * n_ratings");
  await day.stage("publish", publish);
  const moved = Number(await askOne(pool.url, "select mean from processed_db.embedding_versions"));
  assert.ok(moved > Number(mean) + 0.4, `${mean} → ${moved}`);
});

Deno.test("publish says once that the last snapshot is gone or damaged, and builds from the lake", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  const { pool, artifacts } = lake;
  const path = String(await askOne(pool.url, "select snapshot from ops_db.publications"));
  const file = join(artifacts, path);
  const bytes = await Deno.readFile(file);
  const day = await lake.day({ kind: "daily", day: "2026-03-01" });
  const warned = () =>
    day.lines.filter((line) => line.startsWith("warn The last snapshot cannot be added to"));
  bytes[bytes.length - 1] ^= 1;
  await Deno.writeFile(file, bytes);
  assert.equal((await day.stage("publish", publish)).snapshot, path);
  assert.match(warned()[0], /its content has changed/);
  await Deno.remove(file);
  await day.stage("publish", publish);
  assert.match(warned()[1], /is gone$/);
  await day.stage("publish", publish);
  assert.equal(warned().length, 2);
});

Deno.test("publish on top of a snapshot of an earlier build is made from the lake, which is said once", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  const { pool, artifacts } = lake;
  const path = String(await askOne(pool.url, "select snapshot from ops_db.publications"));
  const earlier = await storeArtifact(
    artifacts,
    "snapshots",
    ofFormat(2, await loadArtifact(artifacts, path)),
  );
  await pool.script(
    `update ops_db.publications set snapshot = '${earlier.path}', sha256 = '${earlier.sha256}'`,
  );
  const day = await lake.day({ kind: "daily", day: "2026-03-01" });
  const said = () => day.lines.filter((line) => /^warn|from the lake/.test(line)).join();
  assert.equal((await day.stage("publish", publish)).snapshot, path);
  assert.match(
    said(),
    /^\S+ snapshot built from the lake: the last one is of format 2, as another build made it$/,
  );
  const once = said();
  await day.stage("publish", publish);
  assert.equal(said(), once);
});

Deno.test("publish killed behind the vectors goes on with those of the day", async () => {
  const { lake } = await championLake();
  await using _ = lake;
  const day = await eventfulDay(lake);
  const stop = new AbortController();
  const db: Pool = {
    ...lake.pool,
    async transaction(body) {
      const result = await lake.pool.transaction(body);
      stop.abort(new Error("killed"));
      return result;
    },
  };
  await assert.rejects(day.stage("publish", publish, { parts: { db, signal: stop.signal } }), {
    message: "killed",
  });
  assert.equal(await askOne(lake.pool.url, "select max(batch_id) from processed_db.embedding_versions"), "1");
  await assertSameAnew(lake, day);
});
