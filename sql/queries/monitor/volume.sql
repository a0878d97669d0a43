-- One row: accepted, rejected and late ratings of a batch, and the median accepted of the seven daily batches before it.
--
-- $1  batch_id  integer

with counts as (
  select
    b.batch_id,
    b.n_ratings - (select count(*) from data_lake_db.rejects j where j.batch_id = b.batch_id) as n_accepted
  from ops_db.batches b
  where b.batch_id between $1::integer - 7 and $1::integer
    and (b.kind = 'daily' or b.batch_id = $1::integer)
)
select
  c.n_accepted,
  b.n_ratings - c.n_accepted as n_rejected,
  (select percentile_cont(0.5) within group (order by n_accepted) from counts where batch_id < $1::integer)
    as median_accepted,
  (select coalesce(sum(n_late), 0)::bigint from ops_db.batch_ranges r where r.batch_id = c.batch_id) as n_late,
  b.created_at
from counts c
join ops_db.batches b using (batch_id)
where c.batch_id = $1::integer
