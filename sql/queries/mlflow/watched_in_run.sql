-- One row per metric and slice that a run watched.
--
-- $1  run_id  integer

select metric, slice, value from ops_db.metric_history where run_id = $1 order by metric, slice
