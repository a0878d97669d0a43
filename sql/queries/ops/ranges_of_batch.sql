-- ops_db.batch_ranges: one row per lane of batch $1, in arrival order.
--
-- $1  batch_id  integer

select lane, first_id, last_id, n_rows
from ops_db.batch_ranges
where batch_id = $1
order by lane
