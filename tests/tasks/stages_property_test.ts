/** Random archives through ingest, clean and features, against the oracle of `_oracle.ts` and against FeatureState. */
import assert from "@std/assert";
import fc from "fast-check";
import { FeatureState, firstDifference } from "../../models/feature_state.ts";
import { IdIndex } from "../../models/id_index.ts";
import type { Pool } from "../../sql/db.ts";
import { readFeatureState, readMovies } from "../../tasks/_lake.ts";
import clean from "../../tasks/clean.ts";
import features from "../../tasks/features.ts";
import ingest from "../../tasks/ingest.ts";
import { testRun } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { addMovies, addSource, addUnparsable, post, type RawRating } from "./_archive.ts";
import { assertAccounted, lakeRows, rejectReasons, storedSums } from "./_found.ts";
import { type Arrival, expectClean, expectSums } from "./_oracle.ts";
import { ask } from "./import/_ask.ts";

// Few users, movies and moments, so that re-ratings, late ones, repeats and ties are the rule.
const time = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 5 }).map((s) => `2024-02-29T12:00:0${s}.5Z`) },
  { weight: 1, arbitrary: fc.constantFrom("1970-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "infinity") },
);
const stars = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(0.5, 3, 3.5, 5) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, 0, 5.5, 2.3, -1) },
);
const rating: fc.Arbitrary<RawRating> = fc.record({
  user: fc.integer({ min: 1, max: 3 }),
  movie: fc.oneof({ weight: 15, arbitrary: fc.integer({ min: 1, max: 4 }) }, {
    weight: 1,
    arbitrary: fc.constant(9),
  }),
  rating: stars,
  at: time,
});
const scenario = fc.record({
  imported: fc.array(rating, { minLength: 1, maxLength: 60 }),
  unparsable: fc.integer({ min: 0, max: 2 }),
  head: fc.double({ min: 0, max: 1, noNaN: true }),
  chunk: fc.integer({ min: 4, max: 40 }),
  days: fc.array(
    fc.record({
      posted: fc.array(rating, { maxLength: 12 }),
      size: fc.integer({ min: 1, max: 20 }),
      /** Stages that stand still on this day; the next makes up for it. */
      isCleanOff: fc.boolean(),
      isFeaturesOff: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

Deno.test("ingest, clean and features leave what a row-by-row account leaves", async () => {
  const property = fc.asyncProperty(scenario, async ({ imported, unparsable, head, chunk, days }) => {
    await using pool = await testPool();
    await addMovies(pool);
    await addSource(pool, imported);
    await addUnparsable(pool, Array(unparsable).fill("1,2"));
    const last = { posted: [], size: 60, isCleanOff: false, isFeaturesOff: false };
    for (const [n, day] of [...days, last].entries()) {
      await post(pool, day.posted);
      await using run = await testRun(pool, {
        kind: n === 0 ? "bootstrap" : "daily",
        settings: { bootstrap: { ratings: 60, atMost: head }, batch: { size: day.size, atMost: 1 } },
        day: `2026-03-0${Math.max(n, 1)}`,
      });
      await run.stage("ingest", ingest);
      await assertAccounted(pool);
      if (!day.isCleanOff) await run.stage("clean", clean, { chunk });
      await assertAccounted(pool);
      if (!day.isFeaturesOff) await run.stage("features", features, { chunk });
    }
    await assertAsExpected(pool);
    await assertEqualsFeatureState(pool);
  });
  await fc.assert(property, { numRuns: 8 });
});

async function assertAsExpected(pool: Pool): Promise<void> {
  const arrivals = await arrivalsOf(pool);
  // The limit moves with the day of the run; no random time lies near it.
  const { lake, rejects, accepted } = expectClean(arrivals, Date.parse("2026-03-04T02:00:00Z"));
  assert.deepEqual(await lakeRows(pool), lake);
  assert.deepEqual(new Map([...await rejectReasons(pool)].sort()), new Map([...rejects].sort()));
  const stored = await storedSums(pool);
  assert.deepEqual(new Map([...stored].sort()), new Map([...expectSums(accepted)].sort()));
}

async function arrivalsOf(pool: Pool): Promise<Arrival[]> {
  const rows = await ask(
    pool.url,
    `select rating_id, batch_id, user_id, movie_id, rating,
       case when isfinite(rated_at) then to_char(rated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') else 'infinity' end
     from raw_db.rating_states where batch_id is not null order by batch_id, lane, rating_id`,
  );
  return rows.map(([id, batch, user, movie, rating, at]) => ({
    id: Number(id),
    batch: Number(batch),
    user: Number(user),
    movie: Number(movie),
    rating: Number(rating),
    at: String(at),
  }));
}

/** An as-of pass over the lake in arrival order must end where processed_db stands. */
async function assertEqualsFeatureState(pool: Pool): Promise<void> {
  const users = new IdIndex();
  const { catalogue } = await readMovies(pool);
  const stored = await readFeatureState(pool, { catalogue, users });
  const passed = new FeatureState(catalogue);
  const rows = await ask(
    pool.url,
    `select user_id, movie_id, rating, coalesce(replaces, 'NaN') from data_lake_db.ratings
     where not is_stale order by batch_id, lane, rating_id`,
  );
  for (const [user, movie, rating, replaces] of rows) {
    const position = catalogue.movies.get(Number(movie));
    assert.notEqual(position, undefined);
    passed.observe(users.add(Number(user)), position!, Number(rating), Number(replaces));
  }
  assert.equal(firstDifference(stored, passed), null);
}
