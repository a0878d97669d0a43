-- ops_db.batches: one row per batch that task $2 has finished and task $1 has not, oldest first.
--
-- $1  task   text
-- $2  after  text

select b.batch_id, b.kind, b.n_ratings
from ops_db.batches b
join ops_db.batch_stages earlier on earlier.batch_id = b.batch_id and earlier.task = $2
where not exists (select from ops_db.batch_stages s where s.batch_id = b.batch_id and s.task = $1)
order by b.batch_id
