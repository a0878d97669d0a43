-- The version with the lowest hold-out RMSE among the champions of the last 30 days before $1: at most one row.
--
-- $1  day  date

select v.*
from ops_db.model_versions v
join ops_db.runs r on r.run_id = v.run_id
where v.status in ('champion', 'retired')
  and v.metrics ? 'rmse'
  and v.pruned_at is null
  and r.day > $1::date - 30
order by (v.metrics ->> 'rmse')::double precision, v.version
limit 1
