-- The MLflow run of a subject: at most one row.
--
-- $1  server   text
-- $2  subject  text  run/41, version/0123456789abcdef

select * from ops_db.mlflow_runs where server = $1 and subject = $2
