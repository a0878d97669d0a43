-- The version that the newest training of a model from scratch made: at most one row.
--
-- $1  model  text

select v.*, r.day
from ops_db.trainings t
join ops_db.runs r using (run_id)
join ops_db.model_versions v using (version)
where t.model = $1 and t.mode = 'scratch'
order by t.run_id desc, t.spec
limit 1
