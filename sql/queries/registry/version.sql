-- A model version, with the day of its training: at most one row.
--
-- $1  version  text

select v.*, r.day
from ops_db.model_versions v
join ops_db.runs r using (run_id)
where v.version = $1
