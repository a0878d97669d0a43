-- ops_db.stage_runs: one row per attempt at a stage in a run; attempts count from 1.
--
-- $1  run_id  integer
-- $2  stage   text
-- $3  task    text

insert into ops_db.stage_runs (run_id, stage, task, attempt, status)
select $1::integer, $2::text, $3::text, coalesce(max(attempt), 0) + 1, 'running'
from ops_db.stage_runs
where run_id = $1::integer and stage = $2::text
returning *
