-- One row: of the lake ratings of one batch and lane, the newest $5: how many there are, and the first of them.
--
-- $1  batch_id  integer
-- $2  lane      text
-- $3  first_id  bigint   the lane's range in that batch
-- $4  last_id   bigint
-- $5  n         bigint

select count(*) as n, min(rating_id) as first_id
from (
  select rating_id
  from data_lake_db.ratings
  where batch_id = $1::integer
    and lane = $2::text
    and rating_id between $3::bigint and $4::bigint
  order by rating_id desc
  limit $5::bigint
) newest
