-- The prequential RMSE of a run's champion, and the mean of the seven runs before; no row when the run has none.
--
-- $1  run_id  integer

with daily as (
  select run_id, value as rmse
  from ops_db.model_metrics
  where protocol = 'prequential' and slice = 'all' and metric = 'rmse' and version not in ('bias', 'popularity')
),
before as (
  select rmse from daily where run_id < $1::integer order by run_id desc limit 7
)
select rmse, (select avg(rmse) from before) as mean_before from daily where run_id = $1::integer
