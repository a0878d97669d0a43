-- ops_db.runs: closes a run; returns its row.
--
-- $1  run_id  integer
-- $2  status  text     succeeded, failed or interrupted

update ops_db.runs set status = $2, finished_at = now() where run_id = $1 returning *
