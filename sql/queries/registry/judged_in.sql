-- The hold-out that judged $1: one row per scorer and metric of the first run that measured it, all users.
--
-- $1  version  text

select m.run_id, m.version, m.metric, m.value, m.n
from ops_db.model_metrics m
where m.protocol = 'holdout' and m.slice = 'all'
  and m.run_id = (select min(run_id) from ops_db.model_metrics where version = $1 and protocol = 'holdout')
order by m.version, m.metric
