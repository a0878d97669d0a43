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
trained as (
  select t.spec, t.model, max(r.day) as day
  from ops_db.trainings t
  join ops_db.runs r using (run_id)
  where t.mode = 'scratch' and r.run_id is distinct from $1::integer
  group by t.spec, t.model
),
trained_by_name as (
  select name, max(day) as day
  from trained cross join lateral (values (spec), (model)) as names (name)
  group by name
),
newest_signs as (
  select metric, max(run_id) as run_id
  from ops_db.metric_history
  where metric in ('gap_rmse', 'gap_ndcg', 'psi') and run_id is distinct from $1::integer
  group by metric
),
signs as (
  select metric, max(value) as value
  from ops_db.metric_history
  join newest_signs using (metric, run_id)
  where slice = 'at_least' or metric = 'psi' and threshold is not null
  group by metric
),
champion as (
  select * from ops_db.model_versions where status = 'champion'
),
published as (
  select version, batch_id from ops_db.publications where status = 'published' order by publication_id desc limit 1
)
select
  (select coalesce(sum(n_copied - n_erased), 0) from raw_db.sources where imported_at is not null)::bigint
    - coalesce((select n from taken where lane = 'import'), 0)::bigint as imported,
  (select count(*) from raw_db.inbox) as live,
  (select count(*) from raw_db.unparsable
   where unparsable_id > coalesce((select last_id from taken where lane = 'unparsable'), 0)) as unparsable,
  (select coalesce(bool_and(coalesce(m.is_implicit, false)), false)
   from raw_db.sources s left join raw_db.source_mappings m using (source_id)) as is_implicit,
  coalesce((select jsonb_agg(name order by genre_id) from data_lake_db.genres), '[]') as genres,
  (select max(batch_id) from ops_db.batches) as newest_batch,
  coalesce((select jsonb_object_agg(task, batch_id) from (table by_batch union all table by_success) t), '{}')
    as finished,
  (select jsonb_strip_nulls(jsonb_build_object(
     'version', version, 'model', model, 'spec', config ->> 'spec', 'config', config -> 'config',
     'throughBatch', through_batch))
   from champion) as champion,
  coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
     'version', version, 'model', model, 'spec', config ->> 'spec', 'config', config -> 'config',
     'throughBatch', through_batch)) order by version)
   from ops_db.model_versions where status = 'candidate'), '[]') as candidates,
  (select t.day from trained_by_name t join champion c on c.model = t.name) as retrained_on,
  coalesce((select jsonb_object_agg(name, day) from trained_by_name), '{}') as trained_on,
  coalesce((select jsonb_object_agg(metric, value) from signs), '{}') as signs,
  (select count(*) from champion cross join ops_db.erasures e
   where e.erased_at > coalesce((select read_at from ops_db.champion_learning), '-infinity')) as erased,
  (select jsonb_build_object('version', version, 'batch', batch_id) from published) as published,
  coalesce((select jsonb_object_agg(stage, finished_at) from newest_attempts where status = 'succeeded'), '{}')
    as done,
  coalesce((select jsonb_object_agg(stage, outputs ->> 'reason') from newest_attempts
            where status = 'skipped' and outputs ->> 'skipped_by' in ('plan', 'when')), '{}') as skipped,
  (select batch_id from ops_db.batches where run_id = $1::integer) as batch
