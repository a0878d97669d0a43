-- One row per scorer, protocol, slice and metric of a run.
--
-- $1  run_id  integer

select version, protocol, slice, metric, value, n
from ops_db.model_metrics
where run_id = $1
order by protocol, version, slice, metric
