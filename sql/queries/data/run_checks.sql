-- One row per check of a run, in order, without its examples: these are rows about people.
--
-- $1  run_id  integer

select stage, attempt, batch_id, check_text as "check", severity, outcome, found
from ops_db.check_results
where run_id = $1
order by check_result_id
