-- One row per measure (rmse, ndcg): the version that measured best in it on its own hold-out, among the champions of
-- the last 30 days.
--
-- $1  day  date

with champions as (
  select v.*, (v.metrics ->> 'rmse')::double precision as rmse, (v.metrics ->> 'ndcg@10')::double precision as ndcg
  from ops_db.model_versions v
  join ops_db.runs r on r.run_id = v.run_id
  where v.status in ('champion', 'retired')
    and v.metrics ?| array['rmse', 'ndcg@10']
    and r.day > $1::date - 30
    and v.pruned_at is null
)
(select 'rmse' as measure, version from champions where rmse is not null order by rmse, version limit 1)
union all
(select 'ndcg', version from champions where ndcg is not null order by ndcg desc, version limit 1)
