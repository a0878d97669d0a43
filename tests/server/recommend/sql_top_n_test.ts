/** Two ways to one list: SQL over `processed_db`, and the server over the published snapshot. */
import assert from "@std/assert";
import { readBase } from "../../../server/follow/newer_ratings.ts";
import { createNewerRatings } from "../../../server/live/newer.ts";
import { createNewerLog } from "../../../server/live/newer_log.ts";
import type { Serving } from "../../../server/live/live.ts";
import { loadArtifact } from "../../../tasks/_artifacts.ts";
import evaluate from "../../../tasks/evaluate.ts";
import publish from "../../../tasks/publish.ts";
import { type Recommended, topUnseen } from "../../../tasks/runner/history/report.ts";
import train from "../../../tasks/train.ts";
import { post } from "../../tasks/_archive.ts";
import { testPool } from "../../support/database.ts";
import { bootstrapped, FAST, type SmallLake, smallLake } from "../../tasks/_small_lake.ts";
import { ask, askOne } from "../../tasks/import/_ask.ts";
import { appOn, servingOfBytes } from "../_serving.ts";

interface Item {
  rank: number;
  movie_id: number;
  title: string;
  year: number | null;
  score: number;
}

/** A lake with two days in it and what the second one published. */
async function publishedLake(): Promise<
  { lake: SmallLake; serving: () => Promise<Serving>; users: number[] }
> {
  const lake = await smallLake();
  const first = await bootstrapped(lake);
  await first.stage("train", train, { params: FAST });
  await first.stage("evaluate", evaluate);
  const day = await lake.day({ kind: "daily", day: "2026-03-02" });
  await day.take("ingest", "clean", "features");
  const { snapshot: path } = await day.stage("publish", publish);
  const { pool, artifacts } = lake;
  const bytes = await loadArtifact(artifacts, String(path));
  const { snapshot } = await servingOfBytes(bytes);
  const found = await ask(
    pool.url,
    `(select user_id from processed_db.user_features order by n_ratings, user_id limit 3)
     union all (select user_id from processed_db.user_features order by n_ratings desc, user_id limit 3)`,
  );
  return {
    lake,
    users: found.map(([user]) => Number(user)),
    serving: async () => {
      const newer = await createNewerRatings(
        await readBase(pool, { serial: 1, epoch: 0, afterBatch: snapshot.batchId }),
        createNewerLog(1),
      );
      return asPublished(await servingOfBytes(bytes, newer));
    },
  };
}

/** SQL has vectors as of the publication; a server that has the model makes them anew for who has rated since. */
function asPublished(serving: Serving): Serving {
  const { models } = serving;
  const champion = models.champion && { ...models.champion, scorer: null };
  return { ...serving, models: { ...models, champion } };
}

async function served(serving: Serving, user: number, n: number): Promise<{ source: string; items: Item[] }> {
  const response = await appOn(serving).app.request(`/users/${user}/recommendations?n=${n}`);
  assert.equal(response.status, 200);
  return await response.json();
}

/** The same movies in the same order, and the served stars are the line through the cosines. */
function assertSameList(
  rows: Recommended[],
  { source, items }: { source: string; items: Item[] },
  serving: Serving,
) {
  assert.equal(source, "two_tower");
  const shown = ({ rank, movie_id, title, year }: Omit<Item, "score">) => ({ rank, movie_id, title, year });
  assert.deepEqual(rows.map(shown), items.map(shown));
  const { slope, intercept } = serving.snapshot.champion!;
  for (const [i, { cosine }] of rows.entries()) {
    assert.ok(
      Math.abs(slope * cosine + intercept - items[i].score) < 1e-3,
      `${cosine} is not ${items[i].score}`,
    );
  }
}

Deno.test("topUnseen() in SQL is the server's list, for people with few ratings and with many", async () => {
  const { lake, serving, users } = await publishedLake();
  await using _ = lake;
  const now = await serving();
  for (const user of users) {
    const rows = await topUnseen(lake.pool, user, { n: 30 });
    assert.equal(rows.length, 30);
    assertSameList(rows, await served(now, user, 30), now);
  }
  assert.deepEqual(await topUnseen(lake.pool, 2_000_000, { n: 5 }), []);
});

Deno.test("topUnseen() never holds a seen movie: not one of the lake, nor of an open batch, nor of the inbox", async () => {
  const { lake, serving, users } = await publishedLake();
  await using _ = lake;
  const { pool } = lake;
  const [user, other] = users;
  const [best, second] = await topUnseen(pool, user, { n: 2 });
  await post(pool, [{ user, movie: best.movie_id, rating: 3, at: "2026-03-01T00:00:00Z" }]);
  const inInbox = await topUnseen(pool, user, { n: 20 });
  assert.equal(inInbox[0].movie_id, second.movie_id);
  let now = await serving();
  assertSameList(inInbox, await served(now, user, 20), now);

  // A batch that is formed and not clean: import rows and the live one.
  const day = await lake.day({ kind: "daily", day: "2026-03-03" });
  await day.take("ingest");
  now = await serving();
  for (const who of users) {
    const rows = await topUnseen(pool, who, { n: 20 });
    assertSameList(rows, await served(now, who, 20), now);
    const seen = await ask(
      pool.url,
      `select r.movie_id from raw_db.ratings r join ops_db.batch_ranges b
       on b.lane = r.lane and r.rating_id between b.first_id and b.last_id where r.user_id = ${who}`,
    );
    const ids = new Set(seen.map(([movie]) => Number(movie)));
    assert.ok(ids.size > 0 && rows.every(({ movie_id }) => !ids.has(movie_id)), `user ${who}`);
  }
  assert.equal((await topUnseen(pool, user, { n: 1 }))[0].movie_id, second.movie_id);
  assert.equal((await topUnseen(pool, other, { n: 1 })).length, 1);
});

const available = await hasPgvector();
Deno.test({
  name: `top_n_unseen_pgvector answers what top_n_unseen answers${
    available ? "" : " (skipped: no pgvector here)"
  }`,
  ignore: !available,
  async fn() {
    const { lake, users } = await publishedLake();
    await using _ = lake;
    await lake.pool.script("create extension vector");
    assert.deepEqual(await lake.pool.row("recommend/has_pgvector"), { has_pgvector: true });
    for (const user of users) {
      const plain = await lake.pool.rows<Recommended>("recommend/top_n_unseen", [user, 30]);
      const byVector = await topUnseen(lake.pool, user, { n: 30 });
      const shown = ({ rank, movie_id, title, year }: Recommended) => ({ rank, movie_id, title, year });
      assert.deepEqual(byVector.map(shown), plain.map(shown));
      assert.ok(byVector.every(({ cosine }, i) => Math.abs(cosine - plain[i].cosine) < 1e-5));
    }
  },
});

/** Whether the tests' server could have the extension. */
async function hasPgvector(): Promise<boolean> {
  await using pool = await testPool();
  return await askOne(pool.url, "select count(*) from pg_available_extensions where name = 'vector'") !== "0";
}
