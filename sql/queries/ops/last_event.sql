-- The newest event of a scope that says whether all is well; no row before the first.
--
-- $1  scope  text

select event from ops_db.events where scope = $1 and event <> 'drift' order by event_id desc limit 1
