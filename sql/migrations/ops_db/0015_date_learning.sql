-- ops_db: since when the champion knows the lake, as both plans and erasures ask.

create view ops_db.champion_learning as
with recursive lineage as (
  select version, parent, mode, created_at from ops_db.model_versions where status = 'champion'
  union all
  select p.version, p.parent, p.mode, p.created_at
  from lineage l
  join ops_db.model_versions p on p.version = l.parent
  where l.mode = 'warm'
)
select greatest(max(l.created_at), max(s.started_at)) as read_at
from lineage l
left join ops_db.trainings t on t.version = l.version and t.mode = 'scratch'
left join ops_db.stage_runs s on s.run_id = t.run_id and s.task = 'train' and s.status = 'succeeded'
where l.mode = 'scratch';
comment on view ops_db.champion_learning is
  'One row in all: when the training from scratch that the champion comes from read the lake last (the same artifact may have '
  'been made again); null: there is no champion. It knows whoever was there then.';
