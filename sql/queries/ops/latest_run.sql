-- The newest run of a whole day (or of the bootstrap), if there is one.

select * from ops_db.runs where kind <> 'partial' order by run_id desc limit 1
