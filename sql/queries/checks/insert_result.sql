-- ops_db.check_results: one row, of the newest attempt at a stage.
--
-- $1  run_id       integer
-- $2  stage        text
-- $3  batch_id     integer  null: none in hand
-- $4  place        integer
-- $5  kind         text
-- $6  check_text   text
-- $7  table_name   text
-- $8  column_name  text
-- $9  n_rows       bigint
-- $10 n_broken     bigint
-- $11 share        double precision
-- $12 threshold    double precision
-- $13 severity     text
-- $14 outcome      text
-- $15 found        text
-- $16 examples     text     a JSON list

insert into ops_db.check_results
  (run_id, stage, attempt, batch_id, place, kind, check_text, table_name, column_name, n_rows, n_broken, share, threshold,
   severity, outcome, found, examples)
select
  $1::integer, $2::text, coalesce(max(attempt), 1), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
  $13, $14, $15, ($16::text)::jsonb
from ops_db.stage_runs
where run_id = $1::integer and stage = $2::text
