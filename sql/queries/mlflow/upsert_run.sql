-- ops_db.mlflow_runs: one row per server and subject.
--
-- $1  server         text
-- $2  subject        text
-- $3  mlflow_run_id  text
-- $4  is_complete    boolean  all that was to be sent has been

insert into ops_db.mlflow_runs (server, subject, mlflow_run_id, is_complete)
values ($1, $2, $3, $4)
on conflict (server, subject) do update
set mlflow_run_id = excluded.mlflow_run_id, is_complete = excluded.is_complete, sent_at = now()
