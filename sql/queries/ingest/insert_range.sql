-- ops_db.batch_ranges: one row, what the batch takes from one lane.
--
-- $1  batch_id  integer
-- $2  lane      text
-- $3  first_id  bigint
-- $4  last_id   bigint
-- $5  n_rows    bigint

insert into ops_db.batch_ranges (batch_id, lane, first_id, last_id, n_rows)
values ($1, $2, $3, $4, $5)
