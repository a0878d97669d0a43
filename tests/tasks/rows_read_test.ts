/** Nothing of O(archive) in a day: counted by PostgreSQL itself, on two archives with the same people and movies. */
import assert from "@std/assert";
import type { Pool } from "../../sql/db.ts";
import { readBase } from "../../server/follow/newer_ratings.ts";
import clean from "../../tasks/clean.ts";
import evaluate from "../../tasks/evaluate.ts";
import features from "../../tasks/features.ts";
import { importArchive } from "../../tasks/import/archive.ts";
import { sampleSource } from "../../tasks/import/sample.ts";
import ingest from "../../tasks/ingest.ts";
import monitor from "../../tasks/monitor.ts";
import prequential from "../../tasks/prequential.ts";
import publish from "../../tasks/publish.ts";
import { topUnseen } from "../../tasks/runner/history/report.ts";
import type { Task } from "../../tasks/runner/task.ts";
import train from "../../tasks/train.ts";
import { testRun } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { rowsRead } from "./_rows_read.ts";
import { FAST } from "./_small_lake.ts";

const RATINGS = 40_000;
const BATCH = 500;
const ONE_IN = 4;
/** What planners and windows may make of it: far below the 30,000 rows that only the larger archive has. */
const SLACK = 600;

const DAY: Record<string, { task: unknown; params?: unknown }> = {
  ingest: { task: ingest },
  clean: { task: clean },
  prequential: { task: prequential },
  features: { task: features },
  train: { task: train, params: { config: { ...FAST.config, warm_epochs: 1 }, replay_window: 300 } },
  // The champion stays: the vectors of another version are made anew from everybody's history, in whatever archive.
  evaluate: { task: evaluate, params: { min_users: 1_000_000, on_few_users: "keep" } },
  publish: { task: publish },
  monitor: { task: monitor },
};

/**
 * Leaves one in four of the ratings before the day, but all of the day's people, whose histories a day does read, and
 * the first rating of every user and movie.
 */
const THIN = `
  delete from raw_db.ratings
  where rating_id <= ${RATINGS - BATCH} and rating_id % ${ONE_IN} <> 0
    and user_id not in (select user_id from raw_db.ratings where rating_id > ${RATINGS - BATCH})
    and rating_id not in (select min(rating_id) from raw_db.ratings group by user_id)
    and rating_id not in (select min(rating_id) from raw_db.ratings group by movie_id)`;

interface Lived {
  read: Record<string, Map<string, number>>;
  size: number;
}

/** Bootstraps the archive and lives a day in it; rows read in that day by stage and table, and the archive's size. */
async function liveThroughDay(pool: Pool, { isThin }: { isThin: boolean }): Promise<Lived> {
  await importArchive(pool, sampleSource({ nRatings: RATINGS, seed: 1 }));
  if (isThin) await pool.script(THIN);
  const artifacts = await Deno.makeTempDir({ prefix: "matinee_artifacts_" });
  const settings = {
    bootstrap: { ratings: RATINGS - BATCH, atMost: 1 },
    batch: { size: BATCH, atMost: 1 },
    // The bootstrap's hold-out is a share of it, up to its ceiling, which is far above this archive.
    holdoutDays: 1,
  };
  const live = async (kind: "bootstrap" | "daily", day: string) => {
    await using run = await testRun(pool, { kind, day, settings });
    const read: Record<string, Map<string, number>> = {};
    for (const [name, { task, params }] of Object.entries(DAY)) {
      const { run: perform, params: schema } = task as Task<unknown>;
      const world = { ...run.context(name), artifacts };
      await Deno.mkdir(world.scratch, { recursive: true });
      read[name] = await rowsRead(pool, (db) => perform({ ...world, db }, schema.parse(params ?? {})));
    }
    return read;
  };
  await live("bootstrap", "2026-03-01");
  await pool.script("vacuum analyze");
  const read = await live("daily", "2026-03-02");
  const plan = await rowsRead(pool, (db) => db.row("ops/plan_state", [2]));
  const serve = await rowsRead(pool, (db) => readBase(db, { serial: 1, epoch: 0, afterBatch: 0 }));
  const story = await rowsRead(pool, (db) => topUnseen(db, 1, { n: 5 }));
  await Deno.remove(artifacts, { recursive: true });
  const totals = await pool.row<{ n_ratings: number }>("features/totals");
  return { read: { ...read, plan, serve, story }, size: totals!.n_ratings };
}

Deno.test("a day reads no more rows of a larger archive, stage by stage and table by table", async () => {
  await using largePool = await testPool();
  await using thinPool = await testPool();
  const large = await liveThroughDay(largePool, { isThin: false });
  const thin = await liveThroughDay(thinPool, { isThin: true });
  assert.ok(large.size > 2 * thin.size, `${large.size} ratings, and ${thin.size}`);
  const more: string[] = [];
  for (const [stage, tables] of Object.entries(large.read)) {
    assert.ok(tables.size > 0, `${stage} reads something`);
    for (const [table, rows] of tables) {
      const other = thin.read[stage].get(table) ?? 0;
      if (rows > other + SLACK) {
        more.push(`${stage} reads ${rows} rows of ${table}, ${other} in the thin archive`);
      }
    }
  }
  assert.deepEqual(more, []);
});
