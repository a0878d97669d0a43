-- One row per range of the batches $1 to $2 that are clean, in arrival order; n_accepted counts the whole
-- batch; what is older than late_before (seconds since 1970, or null) came late.
--
-- $1  first batch_id  integer
-- $2  last batch_id   integer

select
  r.batch_id, b.kind, r.lane, r.first_id, r.last_id,
  extract(epoch from r.late_before)::float8 as late_before,
  (
    (select sum(t.n_rows) from ops_db.batch_ranges t where t.batch_id = r.batch_id and t.lane <> 'unparsable')
    - (select count(*) from data_lake_db.rejects j where j.batch_id = r.batch_id and j.lane <> 'unparsable')
  )::bigint as n_accepted
from ops_db.batch_ranges r
join ops_db.batches b using (batch_id)
join ops_db.batch_stages s on s.batch_id = r.batch_id and s.task = 'clean'
where r.lane <> 'unparsable'
  and r.batch_id between $1 and $2
order by r.batch_id, r.lane
