-- One row per figure of a version, of runs that have ended.
--
-- $1  version  text

select m.run_id, m.protocol, m.slice, m.metric, m.value, r.finished_at
from ops_db.model_metrics m
join ops_db.runs r using (run_id)
where m.version = $1 and r.finished_at is not null
order by m.run_id, m.protocol, m.slice, m.metric
