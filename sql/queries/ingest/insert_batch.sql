-- ops_db.batches: one row, the next batch; returns it.
--
-- $1  run_id     integer
-- $2  kind       text
-- $3  n_ratings  bigint

insert into ops_db.batches (batch_id, run_id, kind, n_ratings)
select coalesce(max(batch_id) + 1, 0), $1::integer, $2::text, $3::bigint
from ops_db.batches
returning batch_id, kind, n_ratings
