-- One row per metric that a condition can name: its newest value.
--
-- Of what monitor wrote: the metric's name; of one in slices, the greatest slice under that name, and each under
-- metric_slice. Of the versions that a run measured: protocol_metric of the live one (ndcg@10 is holdout_ndcg_10).

with newest_monitored as (
  select metric, max(run_id) as run_id from ops_db.metric_history group by metric
),
monitored as (
  select h.metric, h.slice, h.value from ops_db.metric_history h join newest_monitored using (metric, run_id)
),
newest_measured as (
  select protocol, max(run_id) as run_id from ops_db.model_metrics where slice = 'all' group by protocol
),
measured as (
  select m.protocol || '_' || m.metric as metric, m.value
  from ops_db.model_metrics m
  join newest_measured using (protocol, run_id)
  join ops_db.model_versions v on v.version = m.version
  where m.slice = 'all' and (v.status = 'champion' or m.protocol = 'prequential')
),
named as (
  select metric, max(value) as value, 2 as preference from monitored group by metric
  union all
  select metric || '_' || slice, value, 3 from monitored where slice <> 'all'
  union all
  select metric, value, 1 from measured
)
select distinct on (name) name as metric, value
from named
cross join lateral (select regexp_replace(metric, '[^A-Za-z0-9_]', '_', 'g') as name) as spelled
order by name, preference
