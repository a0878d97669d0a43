-- ops_db.runs: runs of a dead process. Call it under the run lock.

update ops_db.runs set status = 'interrupted', finished_at = now() where status = 'running'
