-- One row per figure of run $1 that monitor found beyond its threshold.
--
-- $1  run_id  integer

select metric, slice, value, threshold from ops_db.metric_history where run_id = $1 and is_breach order by metric, slice
