-- One row: how far the last training from scratch is ahead of the live model, as of the newest run that measured it.

select
  r.day,
  max(h.value) filter (where h.metric = 'gap_rmse') as rmse,
  max(h.value) filter (where h.metric = 'gap_ndcg') as ndcg
from ops_db.metric_history h
join ops_db.runs r using (run_id)
where h.metric in ('gap_rmse', 'gap_ndcg') and h.slice = 'all'
group by r.run_id, r.day
order by r.run_id desc
limit 1
