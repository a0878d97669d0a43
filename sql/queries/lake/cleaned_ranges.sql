-- One row per range of a cleaned batch, in arrival order.
--
-- $1  first batch_id  integer
-- $2  last batch_id   integer

select r.batch_id, b.kind, r.lane, r.first_id, r.last_id, r.n_rows
from ops_db.batch_ranges r
join ops_db.batches b using (batch_id)
join ops_db.batch_stages s on s.batch_id = r.batch_id and s.task = 'clean'
where r.lane <> 'unparsable'
  and r.batch_id between $1 and $2
order by r.batch_id, r.lane
