-- One row per run that has ended since MLflow was told of it, the newest first.
--
-- $1  server  text

select r.*
from ops_db.runs r
left join ops_db.mlflow_runs m on m.server = $1 and m.subject = 'run/' || r.run_id
where r.finished_at is not null
  and (m.subject is null or not m.is_complete or m.sent_at < r.finished_at)
order by r.run_id desc
