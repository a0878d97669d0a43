/** An archive that has been operated for a few days, in PostgreSQL: runs, versions, verdicts, metrics, refused rows. */
import type { Pool } from "../../../sql/db.ts";

export const CHAMPION = "0123456789abcdef";
export const CANDIDATE = "fedcba9876543210";

const STAGES = ["ingest", "clean", "features", "train", "evaluate", "publish"];
const GRAPH = {
  name: "daily",
  stages: [
    ...STAGES.map((task, i) => ({
      stage: task,
      task,
      needs: task === "evaluate" ? ["train", "train_als"] : STAGES.slice(Math.max(0, i - 1), i),
      enabled: true,
      when: null,
    })),
    {
      stage: "train_als",
      task: "train",
      needs: ["features"],
      enabled: true,
      when: 'day.weekday == "sunday"',
    },
  ],
  schedules: [{ name: "daily", cron: "0 2 * * *", timezone: "UTC", only: null }],
};

const RULING = {
  standards: {},
  judgements: [{
    version: CANDIDATE,
    verdict: "rejected",
    reason: "nDCG may be worse by more than its margin",
    isPromoted: false,
    comparisons: [{
      measure: "ndcg",
      slice: "all",
      roles: ["champion"],
      version: CHAMPION,
      n: 240,
      own: 0.21,
      theirs: 0.224,
      harm: 0.014,
      low: 0.006,
      high: 0.021,
      worst: 0.021,
      margin: 0.005,
      finding: "worse",
    }],
  }],
};

const text = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''")}'`;

/** Three runs (the newest failed in publish), two versions, one verdict, drift beyond its threshold on the last day. */
export async function operate(pool: Pool): Promise<void> {
  await pool.script(`
    insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host, graph, started_at, finished_at)
    select
      date '2026-03-01' + n, case n when 0 then 'bootstrap' else 'daily' end, case n when 2 then 'failed' else 'succeeded' end,
      '', '', 1, 1, '', ${text(GRAPH)}, timestamptz '2026-03-01 02:00Z' + n * interval '1 day',
      timestamptz '2026-03-01 02:03:20Z' + n * interval '1 day'
    from generate_series(0, 2) n;
    insert into ops_db.stage_runs
      (run_id, stage, task, attempt, status, rows_in, rows_out, outputs, error, started_at, finished_at)
    select
      r.run_id, s.stage, s.stage, 1, case when r.run_id = 3 and s.stage = 'publish' then 'failed' else 'succeeded' end,
      1000, 990, '{"users": 40}', case when r.run_id = 3 and s.stage = 'publish' then 'Cannot write the snapshot: disk full' end,
      r.started_at + s.place * interval '1 second', r.started_at + s.place * interval '1 second' + interval '800 ms'
    from ops_db.runs r, unnest('{${STAGES}}'::text[]) with ordinality s (stage, place);
    insert into ops_db.batches select run_id - 1, run_id, kind, 1000 from ops_db.runs;
    insert into ops_db.model_versions
      (version, model, mode, status, parent, run_id, through_batch, n_ratings, config, metrics, artifact, seed, created_at, decided_at)
    values
      ('${CHAMPION}', 'two_tower', 'scratch', 'champion', null, 1, 0, 1000, '{}', '{"rmse": 0.86, "ndcg@10": 0.22}', 'a', 1,
       '2026-03-01 02:02Z', '2026-03-01 02:03Z'),
      ('${CANDIDATE}', 'als', 'scratch', 'rejected', null, 3, 2, 3000, '{}', '{"ndcg@10": 0.21}', 'b', 1,
       '2026-03-03 02:02Z', '2026-03-03 02:03Z');
    insert into ops_db.promotions (version, kind, decided_by, reason, run_id, promoted_at)
    values ('${CHAMPION}', 'gate', 'gate', 'the first version', 1, '2026-03-01 02:03Z');
    insert into ops_db.model_metrics (run_id, version, protocol, slice, metric, value, n)
    select run_id, scorer, 'holdout', 'all', 'ndcg@10', case scorer when 'popularity' then 0.14 else 0.22 end + run_id / 1000.0, 240
    from ops_db.runs, unnest(array['${CHAMPION}', 'popularity']) scorer;
    insert into ops_db.judgements (run_id, seed, options, parties, ruling, champion, standards)
    values (3, 1, '{}', '{}', ${text(RULING)}, '${CHAMPION}', '{}');
    insert into ops_db.metric_history (run_id, metric, slice, value, threshold, is_breach)
    select run_id, 'psi', 'rating', run_id / 10.0, 0.25, run_id / 10.0 > 0.25 from ops_db.runs
    union all select run_id, 'volume', 'all', 1000, null, false from ops_db.runs;
    insert into processed_db.movie_days values ('2026-02-27', 10, 3, 9), ('2026-02-28', 10, 5, 20), ('2026-02-28', 20, 1, 5);
    insert into data_lake_db.rejects (lane, raw_id, batch_id, reason, raw_row)
    values ('live', 1, 0, 'exact_repeat', '{}'), ('live', 2, 0, 'rating_off_scale', '{}'), ('live', 3, 0, 'exact_repeat', '{}');`);
}
