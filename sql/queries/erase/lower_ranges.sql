-- ops_db.batch_ranges: less the rows of erased_rows that were taken by a batch, and of those the late ones.

update ops_db.batch_ranges r
set n_rows = r.n_rows - gone.n, n_late = r.n_late - gone.n_late
from (
  select batch_id, lane, count(*) as n, count(*) filter (where is_late) as n_late
  from erased_rows
  where batch_id is not null
  group by batch_id, lane
) gone
where r.batch_id = gone.batch_id and r.lane = gone.lane
