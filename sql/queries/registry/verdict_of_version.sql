-- What the gate said of $1 last: at most one row.
--
-- $1  version  text

select s.run_id, r.day, s.outputs ->> 'verdict' as verdict, s.outputs ->> 'reason' as reason
from ops_db.stage_runs s
join ops_db.runs r using (run_id)
where s.task = 'evaluate' and s.status = 'succeeded' and s.outputs ->> 'version' = $1
order by s.stage_run_id desc
limit 1
