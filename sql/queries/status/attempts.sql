-- One row per attempt at a stage in a run, in the order in which they began.
--
-- $1  run_id  integer

select * from ops_db.stage_runs where run_id = $1 order by stage_run_id
