-- data_lake_db.rejects: one row per staged rating that was refused, with its raw row.
--
-- $1  batch_id  integer

insert into data_lake_db.rejects (lane, raw_id, batch_id, reason, detail, raw_row)
select raw.lane, raw.rating_id, $1, staged.reason, staged.detail, to_jsonb(raw)
from staged_ratings staged
cross join lateral (
  -- Row by row: a bad file may refuse half of a batch, and the archive is never read whole for it.
  select * from raw_db.ratings r where r.rating_id = staged.rating_id offset 0
) raw
where staged.reason is not null
