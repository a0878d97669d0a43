-- One row per range of the batches $1 to $2 that are clean, in arrival order; n_accepted counts the whole
-- batch; what is older than late_before (seconds since 1970, or null) came late.
--
-- $1  first batch_id  integer
-- $2  last batch_id   integer

with refused as (
  select batch_id, count(*) as n from data_lake_db.rejects where lane <> 'unparsable' group by batch_id
),
taken as (
  select batch_id, sum(n_rows) as n from ops_db.batch_ranges where lane <> 'unparsable' group by batch_id
)
select
  r.batch_id, b.kind, r.lane, r.first_id, r.last_id,
  (taken.n - coalesce(refused.n, 0))::bigint as n_accepted,
  extract(epoch from r.late_before)::float8 as late_before
from ops_db.batch_ranges r
join ops_db.batches b using (batch_id)
join ops_db.batch_stages s on s.batch_id = r.batch_id and s.task = 'clean'
join taken on taken.batch_id = r.batch_id
left join refused on refused.batch_id = r.batch_id
where r.lane <> 'unparsable'
  and r.batch_id between $1 and $2
order by r.batch_id, r.lane
