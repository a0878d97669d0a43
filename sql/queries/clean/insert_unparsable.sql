-- data_lake_db.rejects: one row per line that is no rating, in a range of unparsable_id.
--
-- $1  batch_id  integer
-- $2  first_id  bigint
-- $3  last_id   bigint

insert into data_lake_db.rejects (lane, raw_id, batch_id, reason, raw_row)
select 'unparsable', unparsable_id, $1, 'unparsable', to_jsonb(raw)
from raw_db.unparsable raw
where unparsable_id between $2 and $3
