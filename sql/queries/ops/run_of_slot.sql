-- ops_db.runs: the partial run for slot $1; no row when it was not opened.
--
-- $1  slot  text

select * from ops_db.runs where kind = 'partial' and slot = $1
