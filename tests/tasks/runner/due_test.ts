import assert from "@std/assert";
import { dayAfter, dayOf, dueRun, todayOf } from "../../../tasks/runner/due.ts";
import { closeRun, openRun, type Run, type RunOutcome } from "../../../tasks/runner/run/journal.ts";
import type { Pool } from "../../../sql/db.ts";
import { readPlanState } from "../../../tasks/runner/plan/state.ts";
import { testPool } from "../../support/database.ts";

async function addRun(
  pool: Pool,
  day: string,
  { kind = "daily", status = "succeeded" }: { kind?: Run["kind"]; status?: RunOutcome } = {},
): Promise<Run> {
  const run = await openRun(pool, { day, kind, seed: 1, manifest: { text: "", hash: "" } });
  await closeRun(pool, run, status);
  return run;
}

Deno.test("dueRun() is the bootstrap on an empty ledger, and then a day of the same label", async () => {
  await using pool = await testPool();
  const today = "2026-03-01";
  assert.deepEqual(await dueRun(pool, { today, next: false }), { kind: "bootstrap", day: today });
  await addRun(pool, today, { kind: "bootstrap" });
  assert.deepEqual(await dueRun(pool, { today, next: false }), { kind: "daily", day: today });
  assert.deepEqual(await dueRun(pool, { today: "2026-03-05", next: true }), {
    kind: "daily",
    day: "2026-03-05",
  });
  // A clock that went back must not open a day before the bootstrap's.
  assert.deepEqual(await dueRun(pool, { today: "2026-02-27", next: false }), { kind: "daily", day: today });
});

Deno.test("dueRun() is never a day twice, and the last of those that were missed", async () => {
  await using pool = await testPool();
  await addRun(pool, "2026-03-01", { kind: "bootstrap" });
  await addRun(pool, "2026-03-01");
  assert.equal(await dueRun(pool, { today: "2026-03-01", next: false }), null);
  assert.equal(await dueRun(pool, { today: "2026-02-28", next: false }), null);
  assert.deepEqual(await dueRun(pool, { today: "2026-03-09", next: false }), {
    kind: "daily",
    day: "2026-03-09",
  });
});

Deno.test("dueRun() keeps to the newest day after an older one was made up late", async () => {
  await using pool = await testPool();
  await addRun(pool, "2026-03-01", { kind: "bootstrap" });
  await addRun(pool, "2026-03-01");
  await addRun(pool, "2026-02-20");
  assert.equal(await dueRun(pool, { today: "2026-03-01", next: false }), null);
  assert.equal((await dueRun(pool, { today: "2026-03-01", next: true }))?.day, "2026-03-02");
});

Deno.test("dueRun() with next takes tomorrow, and the day after it, early", async () => {
  await using pool = await testPool();
  await addRun(pool, "2026-02-28", { kind: "bootstrap" });
  await addRun(pool, "2026-02-28");
  const due = { kind: "daily", day: "2026-03-01" };
  assert.deepEqual(await dueRun(pool, { today: "2026-02-28", next: true }), due);
  await addRun(pool, "2026-03-01");
  assert.equal(await dueRun(pool, { today: "2026-02-28", next: false }), null);
  assert.equal((await dueRun(pool, { today: "2026-02-28", next: true }))?.day, "2026-03-02");
});

for (const status of ["failed", "interrupted"] as const) {
  for (const kind of ["bootstrap", "daily"] as const) {
    Deno.test(`dueRun() is the ${status} ${kind} first, whatever today is`, async () => {
      await using pool = await testPool();
      if (kind === "daily") await addRun(pool, "2026-02-01", { kind: "bootstrap" });
      const { run_id } = await addRun(pool, "2026-03-01", { kind, status });
      for (const today of ["2026-03-01", "2026-04-01", "2026-01-01"]) {
        const due = await dueRun(pool, { today, next: true });
        assert.deepEqual([due?.kind, due?.day, due?.unfinished?.run_id], [kind, "2026-03-01", run_id]);
      }
    });
  }
}

Deno.test("dayOf() and dayAfter() count in UTC, over months, leap years and clock changes", () => {
  assert.equal(dayOf(new Date("2026-03-01T23:59:59.999Z")), "2026-03-01");
  assert.equal(dayOf(new Date("2026-03-02T00:30:00+01:00")), "2026-03-01");
  const pairs = [["2026-02-28", "2026-03-01"], ["2024-02-28", "2024-02-29"], ["2026-12-31", "2027-01-01"]];
  for (const [day, next] of [...pairs, ["2026-03-28", "2026-03-29"], ["2026-03-29", "2026-03-30"]]) {
    assert.equal(dayAfter(day), next);
  }
});

Deno.test("todayOf() is the date in the zone of the first schedule that runs whole days", () => {
  const schedule = { name: "s", cron: "0 2 * * *", catchUp: "last", overlap: "queue" } as const;
  const schedules = [
    { ...schedule, timezone: "Pacific/Honolulu", only: ["publish"] },
    { ...schedule, timezone: "Asia/Kathmandu", only: null },
    { ...schedule, timezone: "UTC", only: null },
  ];
  const label = (time: string, from = 0) => todayOf({ schedules: schedules.slice(from) }, new Date(time));
  assert.equal(label("2026-03-01T18:14:59Z"), "2026-03-01");
  assert.equal(label("2026-03-01T18:15:00Z"), "2026-03-02", "midnight is at a quarter to");
  assert.equal(label("2026-03-01T18:15:00Z", 2), "2026-03-01");
  assert.equal(todayOf({ schedules: schedules.slice(0, 1) }, new Date("2026-03-01T08:00:00Z")), "2026-02-28");
});

Deno.test("readPlanState() of an empty ledger", async () => {
  await using pool = await testPool();
  assert.deepEqual(await readPlanState(pool, { kind: "bootstrap", day: "2026-03-01" }), {
    erased: 0,
    day: "2026-03-01",
    kind: "bootstrap",
    isImplicit: false,
    genres: [],
    waiting: { imported: 0, live: 0, unparsable: 0 },
    newestBatch: null,
    finished: {},
    champion: null,
    candidates: [],
    retrainedOn: null,
    trainedOn: {},
    signs: {},
    published: null,
    run: null,
  });
});

Deno.test("readPlanState() reads what waits, what is finished, the versions, and the run so far", async () => {
  await using pool = await testPool();
  await addRun(pool, "2026-03-01", { kind: "bootstrap" });
  await addRun(pool, "2026-03-02", { status: "failed" });
  await pool.script(`
    insert into raw_db.sources (sha256, name, edition, n_rows, n_copied, first_id, imported_at)
    values ('a', 'a', 'test', 100, 100, 1, now()), ('b', 'b', 'test', 50, 20, 101, null);
    insert into raw_db.unparsable (source_id, source_line, line, reason)
    select 1, n, 'x', 'fields' from generate_series(1, 5) n;
    insert into raw_db.inbox (user_id, movie_id, rating) values (1, 1, 3), (1, 2, 3);
    insert into ops_db.batches values (0, 1, 'bootstrap', 80, '2026-03-01T02:00Z'), (1, 2, 'daily', 13, '2026-03-01T03:00Z');
    insert into ops_db.batch_ranges values
      (0, 'import', 1, 80, 80), (1, 'import', 81, 90, 10), (1, 'unparsable', 1, 3, 3);
    insert into ops_db.batch_stages values
      (0, 'ingest', 1), (0, 'clean', 1), (0, 'features', 1), (1, 'ingest', 2), (1, 'clean', 2);
    insert into ops_db.model_versions
      (version, model, mode, status, run_id, through_batch, n_ratings, config, artifact, seed, created_at)
    values
      ('old', 'bias', 'scratch', 'retired', 1, 0, 80, '{}', 'a', 1, '2026-03-01T02:10Z'),
      ('now', 'bias', 'warm', 'champion', 1, 0, 80, '{"spec": "bias 12ab"}', 'b', 1, '2026-03-01T02:20Z'),
      ('new', 'bias', 'scratch', 'candidate', 2, 1, 90, '{}', 'c', 1, '2026-03-01T03:20Z');
    insert into ops_db.trainings values
      (1, 'bias 12ab', 'bias', 'scratch', 'old'), (1, 'als 3c', 'als', 'scratch', 'old'),
      (2, 'bias 12ab', 'bias', 'scratch', 'new'), (2, 'fm 4d', 'fm', 'scratch', 'new');
    insert into ops_db.metric_history (run_id, metric, slice, value, threshold) values
      (1, 'gap_rmse', 'all', 0.02, null), (1, 'gap_rmse', 'at_least', 0.01, null), (1, 'gap_ndcg', 'all', 0.9, null),
      (1, 'psi', 'year', 0.4, 0.25), (1, 'psi', 'rating', 0.3, 0.25), (2, 'gap_rmse', 'at_least', 0.5, null),
      (2, 'psi', 'year', 0.9, null);
    insert into ops_db.publications (run_id, version, batch_id, snapshot, sha256, status)
    values (1, 'now', 0, 's', 'h', 'published'), (2, 'new', 1, 't', 'h', 'publishing');
    insert into ops_db.stage_runs (run_id, stage, task, attempt, status, outputs, finished_at) values
      (1, 'publish', 'publish', 1, 'succeeded', '{}', '2026-03-01T02:30Z'),
      (1, 'clean', 'clean', 1, 'succeeded', '{}', '2026-03-01T02:05Z'),
      (2, 'ingest', 'ingest', 1, 'failed', '{}', '2026-03-01T03:00Z'),
      (2, 'ingest', 'ingest', 2, 'succeeded', '{}', '2026-03-01T03:01Z'),
      (2, 'check', 'clean', 1, 'succeeded', '{}', '2026-03-01T03:02Z'),
      (2, 'check', 'clean', 2, 'failed', '{}', '2026-03-01T03:03Z'),
      (2, 'prequential', 'prequential', 1, 'skipped', '{"reason": "no champion", "skipped_by": "plan"}', now()),
      (2, 'monitor', 'monitor', 1, 'skipped', '{"reason": "disabled", "skipped_by": "manifest"}', now());`);
  const unfinished = (await dueRun(pool, { today: "2026-03-02", next: false }))!.unfinished!;
  const state = await readPlanState(pool, { kind: "daily", day: "2026-03-02", unfinished });
  const { finishedAt, done, ...run } = state.run!;
  assert.ok(finishedAt !== null);
  assert.deepEqual(Object.keys(done), ["ingest"], "the newest attempt counts");
  assert.equal(Date.parse(done.ingest), Date.parse("2026-03-01T03:01Z"));
  assert.deepEqual({ ...state, run }, {
    erased: 0,
    day: "2026-03-02",
    kind: "daily",
    // A source that is not in whole waits with all its rows.
    waiting: { imported: 10, live: 2, unparsable: 2 },
    isImplicit: false,
    genres: [],
    newestBatch: 1,
    // publish finishes no batches: what there was when it last succeeded.
    finished: { ingest: 1, clean: 1, features: 0, publish: 0 },
    champion: { version: "now", model: "bias", spec: "bias 12ab", throughBatch: 0 },
    candidates: [{ version: "new", model: "bias", throughBatch: 1 }],
    // This run's own training from scratch does not count.
    retrainedOn: "2026-03-01",
    trainedOn: { "bias": "2026-03-01", "bias 12ab": "2026-03-01", als: "2026-03-01", "als 3c": "2026-03-01" },
    // Of the runs before this one: what surely is, of gaps; what was judged, of psi.
    signs: { gap_rmse: 0.01, psi: 0.4 },
    published: { version: "now", batch: 0 },
    run: { status: "failed", skipped: { prequential: "no champion" }, batch: 1 },
  });
});
