-- One row per time that the gate judged candidates in a run, oldest first.
--
-- $1  run_id  integer

select * from ops_db.judgements where run_id = $1 order by judgement_id
