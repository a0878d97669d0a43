-- The newest run of a whole day that keeps its graph: at most one row.

select run_id, day, kind, status, started_at, finished_at, graph
from ops_db.runs
where graph is not null and kind <> 'partial'
order by run_id desc
limit 1
