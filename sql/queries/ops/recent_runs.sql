-- One row per run, newest first.
--
-- $1  limit  integer

select * from ops_db.runs order by run_id desc limit $1
