-- One row per stage of run $1 whose newest attempt failed, in the order in which they ended.
--
-- $1  run_id  integer

with newest as (
  select distinct on (stage) stage, status, error, finished_at
  from ops_db.stage_runs
  where run_id = $1
  order by stage, attempt desc
)
select stage, error from newest where status = 'failed' order by finished_at
