-- One row per model version of which something is new since MLflow was told of it, the oldest first: a verdict, a
-- promotion, figures of a later run.
--
-- $1  server  text

select v.*, r.day, r.finished_at
from ops_db.model_versions v
join ops_db.runs r using (run_id)
left join ops_db.mlflow_runs m on m.server = $1 and m.subject = 'version/' || v.version
where m.subject is null or not m.is_complete
  or m.sent_at < greatest(
    v.decided_at,
    (select max(p.promoted_at) from ops_db.promotions p where v.version in (p.version, p.predecessor)),
    (select max(measuring.finished_at)
     from ops_db.model_metrics x
     join ops_db.runs measuring using (run_id)
     where x.version = v.version))
order by v.created_at, v.version
