-- One row per stage of a run: its newest attempt, in the order in which the stages began.
--
-- $1  run_id  integer

with newest as (
  select distinct on (stage) *
  from ops_db.stage_runs
  where run_id = $1
  order by stage, attempt desc
)
select * from newest order by stage_run_id
