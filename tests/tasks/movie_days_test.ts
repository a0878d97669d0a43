/** Ratings by movie and day: added from each batch, as they would be counted from the lake. */
import assert from "@std/assert";
import type { Pool } from "../../sql/db.ts";
import { migrations } from "../../sql/migrate.ts";
import { IdIndex } from "../../models/id_index.ts";
import { trendOf } from "../../models/snapshot/windows.ts";
import { readMovieWindows } from "../../tasks/_movie_days.ts";
import { testPool } from "../support/database.ts";
import { post } from "./_archive.ts";
import { bootstrapped, smallLake } from "./_small_lake.ts";
import { ask, askOne } from "./import/_ask.ts";

const COUNTED =
  "select day::text, movie_id, n_ratings, rating_sum from processed_db.movie_days order by 1, 2";
const PLAINLY = `
  with rated as (
    select (rated_at at time zone 'UTC')::date as day, movie_id, rating from data_lake_db.ratings where not is_stale
  )
  select day::text, movie_id, count(*), sum(rating::float8) from rated
  where day > (select max(day) from rated) - 366 group by day, movie_id order by 1, 2`;

/** Of the imported archive, which is newer than its bootstrap, next to nothing a day. */
const ONE = { batch: { size: 1, atMost: 1 } };

const days = async (pool: Pool) => (await ask(pool.url, COUNTED)).map((row) => row.join(" "));

async function assertCounted(pool: Pool): Promise<void> {
  const wanted = (await ask(pool.url, PLAINLY)).map((row) => row.join(" "));
  assert.ok(wanted.length > 0);
  assert.deepEqual(await days(pool), wanted);
}

Deno.test("features counts each batch's ratings by movie and day, as the lake has them, for a year", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  await bootstrapped(lake);
  await assertCounted(pool);
  const newest = await askOne(pool.url, "select max(day)::text from processed_db.movie_days");
  const [[user, movie]] = await ask(pool.url, "select user_id, movie_id from data_lake_db.ratings limit 1");
  const rate = (days: number, rating: number) => {
    const at = new Date(Date.parse(`${newest}T23:30:00Z`) + 86_400_000 * days);
    return { user: Number(user), movie: Number(movie), rating, at: at.toISOString() };
  };
  const other = { user: 1_000_001, movie: Number(movie) };
  const days: [days: number, rating: number, who?: typeof other][][] = [
    [[1, 5]], // again: it counts on its own day
    [[-10, 3], [-400, 2, other]], // older than what its user said since; out of reach
    [[200, 1]], // half of the year goes
    [[-3, 4, { ...other, user: 1_000_002 }], [-300, 2, { ...other, user: 1_000_003 }]], // one is in reach of before
  ];
  for (const [i, ratings] of days.entries()) {
    await post(pool, ratings.map(([days, rating, who]) => ({ ...rate(days, rating), ...who })));
    const day = await lake.day({ kind: "daily", day: `2026-03-0${i + 2}`, settings: ONE });
    await day.take("ingest", "clean", "features");
    await assertCounted(pool);
  }
  assert.equal(
    await askOne(pool.url, "select count(*) from data_lake_db.ratings where is_stale and lane = 'live'"),
    "1",
  );
});

Deno.test("the migration counts what the feature store had before there were days", async () => {
  await using lake = await smallLake({ nRatings: 2_000 });
  const { pool } = lake;
  await bootstrapped(lake);
  const day = await lake.day({ kind: "daily", day: "2026-03-02" });
  await day.take("ingest", "clean");
  const before = await days(pool);
  await pool.script("drop table processed_db.movie_days");
  await pool.script(migrations().find(({ name }) => name.includes("0012_count_days"))!.text);
  assert.deepEqual(await days(pool), before);
});

Deno.test("readMovieWindows() counts back from the newest day, and tells who rises", async () => {
  await using pool = await testPool();
  await pool.script(`
    insert into processed_db.movie_days values
      ('2020-06-30', 5, 3, 9), ('2020-06-24', 5, 4, 9), ('2020-06-23', 5, 10, 9), ('2020-05-27', 5, 20, 9),
      ('2020-05-26', 5, 40, 9), ('2019-07-02', 5, 100, 9), ('2019-07-01', 5, 7, 9), ('2020-06-23', 8, 1, 1)`);
  const { windows, trends } = await readMovieWindows(pool, IdIndex.from([2, 5, 8]));
  // Movies 2, 5, 8 in 7, 30, 90 and 365 days.
  assert.deepEqual([...windows], [0, 7, 0, 0, 17, 1, 0, 77, 1, 0, 177, 1]);
  assert.deepEqual([...trends], [0, trendOf(7, 30), trendOf(0, 1)].map(Math.fround));
});
