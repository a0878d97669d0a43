-- ops_db.erasures: those of whom neither a snapshot nor the champion knows. A champion knows whoever was there when it,
-- or what it was warmed up from, was trained from scratch (as in ops/plan_state).

with recursive lineage as (
  select version, parent, mode, created_at from ops_db.model_versions where status = 'champion'
  union all
  select p.version, p.parent, p.mode, p.created_at
  from lineage l
  join ops_db.model_versions p on p.version = l.parent
  where l.mode = 'warm'
),
learned as (
  select greatest(max(l.created_at), max(s.started_at)) as at
  from lineage l
  left join ops_db.trainings t on t.version = l.version and t.mode = 'scratch'
  left join ops_db.stage_runs s on s.run_id = t.run_id and s.task = 'train' and s.status = 'succeeded'
  where l.mode = 'scratch'
)
update ops_db.erasures
set settled_at = now()
where settled_at is null
  and user_id is null
  and (
    not exists (select from lineage)
    or erased_at < (select at from learned)
  )
