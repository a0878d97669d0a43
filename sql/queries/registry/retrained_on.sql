-- One row: the day of the last training from scratch, this run's own left out, so that an attempt is repeated alike.
--
-- $1  run_id  integer

select max(r.day) as day
from ops_db.model_versions v
join ops_db.runs r using (run_id)
where v.mode = 'scratch' and r.run_id <> $1
