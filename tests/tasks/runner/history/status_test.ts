import assert from "@std/assert";
import { readDigest, readStatus, statusText } from "../../../../tasks/runner/history/status.ts";
import { testPool } from "../../../support/database.ts";
import { post } from "../../_archive.ts";
import { bootstrapped, smallLake } from "../../_small_lake.ts";

const PLACE = { url: "postgres://db", home: "/home" };

Deno.test("readStatus() of an empty database", async () => {
  await using pool = await testPool();
  const { digest, ...status } = await readStatus(pool);
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.deepEqual(status, {
    label: null,
    raw: { ratings: 0, pending: 0, inbox: 0 },
    lake: { ratings: 0, rejects: 0, late: 0 },
    rejects: {},
    balanced: true,
    champion: null,
    gap: null,
    prequential: [],
    runs: [],
  });
  const text = statusText({ digest, ...status }, PLACE);
  assert.match(text, /^Archive {4}empty: 0 raw = 0 lake \+ 0 rejects \+ 0 pending ✓$/m);
  assert.match(text, /none yet \(next: deno task daily\)/);
});

Deno.test("readStatus() accounts for every row, and says so when one is missing", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  await bootstrapped(lake);
  await post(pool, [{ user: 1, movie: 1, rating: 9, at: "2026-01-01T00:00:00Z" }]);
  const before = await readStatus(pool);
  assert.deepEqual([before.label, before.raw, before.lake, before.balanced], [
    "sample",
    { ratings: 6_000, pending: 1_200, inbox: 1 },
    { ratings: 4_800, rejects: 0, late: 0 },
    true,
  ]);
  const day = await lake.day({ kind: "daily", day: "2026-03-02" });
  await day.take("ingest", "clean");
  const after = await readStatus(pool);
  assert.deepEqual([after.raw, after.lake, after.rejects, after.balanced], [
    { ratings: 6_001, pending: 900, inbox: 0 },
    { ratings: 5_100, rejects: 1, late: 0 },
    { rating_off_scale: 1 },
    true,
  ]);
  assert.deepEqual(after.runs.map(({ day, kind }) => `${day} ${kind}`), [
    "2026-03-02 daily",
    "2026-03-01 bootstrap",
  ]);
  await pool.script("delete from data_lake_db.ratings where rating_id = 7");
  const broken = await readStatus(pool);
  assert.equal(broken.balanced, false);
  assert.match(statusText(broken, PLACE), /✗ ROWS ARE MISSING/);
});

Deno.test("readDigest() is the same for the same rows, whatever runs and times made them", async () => {
  const digests: string[] = [];
  for (const day of ["2026-03-01", "2027-04-05"]) {
    await using lake = await smallLake({ nRatings: 1_500 });
    await bootstrapped(lake, { day });
    digests.push(await readDigest(lake.pool));
    const column = "update data_lake_db.ratings set rating = 5.5 - rating where rating_id = 7";
    await lake.pool.script(column);
    digests.push(await readDigest(lake.pool));
    await lake.pool.script(column);
    assert.equal(await readDigest(lake.pool), digests.at(-2), "undone");
    await lake.pool.script(
      `update processed_db.movie_features set rating_sum = rating_sum + 1
       where movie_id = (select min(movie_id) from processed_db.movie_features)`,
    );
    digests.push(await readDigest(lake.pool));
  }
  assert.deepEqual(digests.slice(0, 3), digests.slice(3));
  assert.equal(new Set(digests).size, 3);
});
