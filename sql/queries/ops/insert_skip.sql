-- ops_db.stage_runs: one row for a stage that is skipped; none when its newest attempt in the run says the same.
--
-- $1  run_id   integer
-- $2  stage    text
-- $3  task     text
-- $4  outputs  text     a JSON object

with newest as (
  select attempt, status, outputs from ops_db.stage_runs
  where run_id = $1::integer and stage = $2::text
  order by attempt desc limit 1
)
insert into ops_db.stage_runs (run_id, stage, task, attempt, status, outputs, finished_at)
select $1::integer, $2::text, $3::text, coalesce((select attempt from newest), 0) + 1, 'skipped', ($4::text)::jsonb, now()
where not exists (select from newest where status = 'skipped' and outputs = ($4::text)::jsonb)
returning *
