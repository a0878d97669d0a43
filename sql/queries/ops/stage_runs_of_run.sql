-- One row per stage of a run: its newest attempt, in the order in which the stages first began.
--
-- $1  run_id  integer

with newest as (
  select distinct on (stage) *
  from ops_db.stage_runs
  where run_id = $1
  order by stage, attempt desc
)
select newest.*
from newest
join (
  select stage, min(stage_run_id) as first_id from ops_db.stage_runs where run_id = $1 group by stage
) first using (stage)
order by first_id

