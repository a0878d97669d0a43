-- ops_db.stage_runs: attempts of a dead process, which nobody will finish any more. Call it under the run lock.

update ops_db.stage_runs
set status = 'interrupted', finished_at = now(), error = 'its process ended before the stage did'
where status = 'running'
