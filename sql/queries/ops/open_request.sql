-- ops_db.run_requests: the oldest that waits, or that a scheduler worked on which is gone.

select * from ops_db.run_requests where status in ('queued', 'running') order by request_id limit 1
