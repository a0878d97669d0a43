-- One row per check in $1, in its order: rows in scope, rows that break it, the newest value in seconds since 1970
-- (freshness only), up to three examples.
--
-- $1  checks    text     a JSON list of maps: kind, columns; min, max, values, pattern, in, key as the kind has them
-- $2  table     text     with its schema
-- $3  batch_id  integer  null: none in hand
-- $4  run_id    integer

select place, n_rows, n_broken, newest, examples
from ops_db.count_broken($1::text::jsonb, $2, $3, $4)
order by place
