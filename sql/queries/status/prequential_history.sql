-- One row per run with a prequential RMSE over all its ratings, oldest first: the champion's beside the bias baseline's.

select r.day, r.run_id, m.value as rmse, m.n, b.value as bias_rmse
from ops_db.runs r
join ops_db.model_metrics m
  on m.run_id = r.run_id and m.protocol = 'prequential' and m.slice = 'all' and m.metric = 'rmse'
  and m.version not in ('bias', 'popularity')
left join ops_db.model_metrics b
  on b.run_id = r.run_id and b.protocol = 'prequential' and b.slice = 'all' and b.metric = 'rmse' and b.version = 'bias'
order by r.run_id
