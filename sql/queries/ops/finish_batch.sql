-- ops_db.batch_stages: one row, in the transaction that wrote the batch's rows. A second one is an error.
--
-- $1  batch_id  integer
-- $2  task      text
-- $3  run_id    integer

insert into ops_db.batch_stages (batch_id, task, run_id)
values ($1, $2, $3)
