-- One row per check that a run has made, in the order in which they were made.
--
-- $1  run_id  integer

select * from ops_db.check_results where run_id = $1 order by check_result_id
