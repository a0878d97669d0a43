-- The newest run of all, if there is one.

select * from ops_db.runs order by run_id desc limit 1
