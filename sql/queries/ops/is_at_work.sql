-- One row: whether the run is still the process's own.
--
-- $1  run_id  integer
-- $2  pid     integer
-- $3  host    text

select exists (
  select from ops_db.runs where run_id = $1 and status = 'running' and pid = $2 and host = $3
) as is_own
