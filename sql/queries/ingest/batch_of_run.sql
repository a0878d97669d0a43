-- ops_db.batches: the batch that run $1 has formed; no row when it has none.
--
-- $1  run_id  integer

select batch_id, kind, n_ratings from ops_db.batches where run_id = $1
