import assert from "@std/assert";
import { IdIndex } from "../../models/id_index.ts";
import { isSampled } from "../../models/evaluation/split.ts";
import type { Pool } from "../../sql/db.ts";
import { readMovies } from "../../tasks/_lake.ts";
import { collect, readRatings } from "../../tasks/_ratings.ts";
import clean from "../../tasks/clean.ts";
import ingest from "../../tasks/ingest.ts";
import { readStatus, statusText } from "../../tasks/runner/history/status.ts";
import { testRun } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { addMovies, addSource, post, type RawRating } from "./_archive.ts";
import { ask } from "./import/_ask.ts";

const at = (iso: string, user = 1): RawRating => ({ user, movie: 1, rating: 4, at: iso });
const LATE = "select user_id from data_lake_db.late_ratings order by user_id";
const EDGES = `
  select batch_id, lane, to_char(late_before at time zone 'UTC', 'YYYY-MM-DD'),
    to_char(newest_rated_at at time zone 'UTC', 'YYYY-MM-DD'), n_late
  from ops_db.batch_ranges order by batch_id, lane`;

/** A run that takes everything, on day `n` of March; returns what clean said. */
async function take(pool: Pool, n: number) {
  const settings = { bootstrap: { ratings: 1e6, atMost: 1 }, batch: { size: 1e6, atMost: 1 } };
  await using run = await testRun(pool, {
    kind: n === 1 ? "bootstrap" : "daily",
    day: `2026-03-0${n}`,
    settings,
  });
  await run.stage("ingest", ingest);
  return await run.stage("clean", clean);
}

Deno.test("clean marks as late what is older than earlier batches took, by lane", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [at("2001-01-01Z", 1), at("2010-01-01Z", 2), at("1970-01-01Z", 3)]);
  assert.equal((await take(pool, 1)).late, 0, "nothing came before the first batch");

  await post(pool, [at("2009-12-31Z", 11), at("2010-01-01Z", 12), at("2026-02-28Z", 13)]);
  assert.equal((await take(pool, 2)).late, 1, "a live rating is compared with the import lane too");

  // A newer edition: its rows are behind the live ones in time, which makes none of them late.
  await addSource(pool, [at("2009-01-01Z", 21), at("2010-01-01Z", 22), at("2012-01-01Z", 23)]);
  await post(pool, [at("2026-02-27Z", 31), at("2026-02-28Z", 32)]);
  assert.equal((await take(pool, 3)).late, 2);

  assert.deepEqual((await ask(pool.url, LATE)).flat(), ["11", "21", "31"]);
  assert.deepEqual(await ask(pool.url, EDGES), [
    ["0", "import", null, "2010-01-01", "0"],
    ["1", "live", "2010-01-01", "2026-02-28", "1"],
    ["2", "import", "2010-01-01", "2012-01-01", "1"],
    ["2", "live", "2026-02-28", "2026-02-28", "1"],
  ]);
  const status = await readStatus(pool);
  assert.equal(status.lake.late, 3);
  assert.match(statusText(status, { url: "", home: "" }), /^Late {7}3 ratings, older than/m);
});

Deno.test("clean lets no client's clock that is ahead make others late", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [at("2001-01-01Z")]);
  await take(pool, 1);
  // The run of the 2nd starts at 02:00: a rating of the next midnight is accepted, and is no measure of time.
  await post(pool, [at("2026-03-03T00:00:00Z", 2)]);
  await take(pool, 2);
  await post(pool, [
    at("2026-03-02T01:59:59Z", 3),
    at("2026-03-02T02:00:00Z", 4),
    at("2026-03-02T23:00:00Z", 5),
  ]);
  await take(pool, 3);
  assert.deepEqual((await ask(pool.url, LATE)).flat(), ["3"]);
});

Deno.test("clean counts only what it accepted as a batch's newest rating", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [at("2001-01-01Z"), { ...at("2015-01-01Z"), rating: 9 }, at("2999-01-01Z")]);
  await take(pool, 1);
  await addSource(pool, [at("2002-01-01Z", 2)]);
  assert.equal((await take(pool, 2)).late, 0);
});

Deno.test("readRatings() holds no late rating out, and gives it all the same", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [at("2010-01-01Z")]);
  await take(pool, 1);
  const day = (n: number) => new Date(Date.UTC(2009, 6, 1) + n * 86_400_000).toISOString();
  await addSource(pool, Array.from({ length: 365 }, (_, i) => at(day(i), 100 + i)));
  const { late } = await take(pool, 2);
  assert.equal(late, 184, "July to December 2009");
  const rule = { seed: 1, newestBatch: 1, holdoutDays: 7 };
  const { catalogue } = await readMovies(pool);
  const all = await collect(
    readRatings(pool, { users: new IdIndex(), catalogue, rule, batches: [1, 1] }),
  );
  assert.equal(all.length, 365);
  const sampled = (row: number) => isSampled(all.ratingIds[row], { seed: 1, share: 0.1 });
  for (let row = 0; row < 365; row++) {
    assert.equal(all.isHeldOut[row] === 1, row >= 184 && sampled(row), `row ${row}`);
  }
  assert.ok([...all.isHeldOut].filter(Boolean).length > 5);
  assert.ok(Array.from({ length: 184 }, (_, row) => row).some(sampled), "some would have been held out");
});
