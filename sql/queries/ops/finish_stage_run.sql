-- ops_db.stage_runs: closes an attempt.
--
-- $1  stage_run_id  bigint
-- $2  status        text
-- $3  rows_in       bigint
-- $4  rows_out      bigint
-- $5  outputs       text    a JSON object
-- $6  error         text

update ops_db.stage_runs
set status = $2, rows_in = $3, rows_out = $4, outputs = ($5::text)::jsonb, error = $6, finished_at = now()
where stage_run_id = $1
returning *
