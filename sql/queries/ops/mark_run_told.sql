-- ops_db.runs: the events of how it ended are recorded; returns no row when they were.
--
-- $1  run_id  integer

update ops_db.runs set is_told = true where run_id = $1 and not is_told returning run_id
