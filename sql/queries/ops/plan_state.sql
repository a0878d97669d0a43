-- One row: the ledger as far as plans depend on it.
--
-- $1  run_id  integer  the run that is planned; null before it starts

with taken as (
  select lane, sum(n_rows) as n, max(last_id) as last_id from ops_db.batch_ranges group by lane
),
by_batch as (
  select task, max(batch_id) as batch_id from ops_db.batch_stages group by task
),
newest_success as (
  select task, max(finished_at) as finished_at
  from ops_db.stage_runs
  where status = 'succeeded' and task not in (select task from by_batch)
  group by task
),
by_success as (
  select s.task, max(b.batch_id) as batch_id
  from newest_success s
  join ops_db.batches b on b.created_at <= s.finished_at
  group by s.task
),
newest_attempts as (
  select distinct on (stage) stage, status, finished_at, outputs
  from ops_db.stage_runs
  where run_id = $1::integer
  order by stage, attempt desc
),
published as (
  select version, batch_id from ops_db.publications where status = 'published' order by publication_id desc limit 1
)
select
  (select coalesce(sum(n_copied), 0) from raw_db.sources where imported_at is not null)::bigint
    - coalesce((select n from taken where lane = 'import'), 0)::bigint as imported,
  (select count(*) from raw_db.inbox) as live,
  (select count(*) from raw_db.unparsable
   where unparsable_id > coalesce((select last_id from taken where lane = 'unparsable'), 0)) as unparsable,
  (select coalesce(bool_and(coalesce(m.is_implicit, false)), false)
   from raw_db.sources s left join raw_db.source_mappings m using (source_id)) as is_implicit,
  (select max(batch_id) from ops_db.batches) as newest_batch,
  coalesce((select jsonb_object_agg(task, batch_id) from (table by_batch union all table by_success) t), '{}')
    as finished,
  (select jsonb_build_object('version', version, 'model', model, 'throughBatch', through_batch)
   from ops_db.model_versions where status = 'champion') as champion,
  (select jsonb_build_object('version', version, 'model', model, 'throughBatch', through_batch)
   from ops_db.model_versions where status = 'candidate' order by created_at desc, version limit 1) as candidate,
  (select max(r.day) from ops_db.model_versions v join ops_db.runs r using (run_id)
   where v.mode = 'scratch' and r.run_id is distinct from $1::integer) as retrained_on,
  (select jsonb_build_object('version', version, 'batch', batch_id) from published) as published,
  coalesce((select jsonb_object_agg(stage, finished_at) from newest_attempts where status = 'succeeded'), '{}')
    as done,
  coalesce((select jsonb_object_agg(stage, outputs ->> 'reason') from newest_attempts
            where status = 'skipped' and outputs ->> 'skipped_by' in ('plan', 'when')), '{}') as skipped,
  (select batch_id from ops_db.batches where run_id = $1::integer) as batch
