-- The newest batch that a task has finished; no row when it has finished none.
--
-- $1  task  text

select batch_id from ops_db.batch_stages where task = $1 order by batch_id desc limit 1
