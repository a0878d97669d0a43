-- ops_db.model_versions: the gate's verdict on a candidate, with its hold-out metrics.
--
-- $1  version  text
-- $2  status   text  champion, rejected or inconclusive
-- $3  metrics  text  a JSON object

update ops_db.model_versions
set status = $2, metrics = metrics || ($3::text)::jsonb, decided_at = now()
where version = $1
