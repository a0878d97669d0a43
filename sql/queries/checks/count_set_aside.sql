-- One row: rows of a batch that a check (any, and this one) set aside or that repeat others, so that they are not in
-- the lake although nothing else is wrong with them; up to three that this one set aside.
--
-- $1  batch_id  integer
-- $2  detail    text     the check

with refused as (
  select j.raw_id, j.detail, j.raw_row
  from ops_db.batch_ranges b
  join data_lake_db.rejects j on j.lane = b.lane and j.raw_id between b.first_id and b.last_id
  where b.batch_id = $1
    and j.reason in ('failed_check', 'exact_repeat')
)
select
  count(*) as n_refused,
  count(*) filter (where detail = $2) as n_broken,
  coalesce(
    (
      select jsonb_agg(raw_row order by raw_id)
      from (select raw_id, raw_row from refused where detail = $2 order by raw_id limit 3) first
    ),
    '[]'
  ) as examples
from refused
