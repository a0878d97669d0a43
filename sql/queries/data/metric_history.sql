-- One row per run, monitored metric and slice, oldest first.
--
-- $1  runs  integer  of how many of the newest runs

select h.run_id, r.day, h.metric, h.slice, h.value, h.threshold, h.is_breach
from ops_db.metric_history h
join ops_db.runs r using (run_id)
where h.run_id > (select max(run_id) from ops_db.runs) - $1::integer
order by h.run_id, h.metric, h.slice
