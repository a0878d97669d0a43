-- ops_db.run_requests: how far it is; finished_at once it has ended.
--
-- $1  request_id   bigint
-- $2  status       text
-- $3  run_id       integer      null: no run
-- $4  error        text
-- $5  finished_at  timestamptz  null: not yet

update ops_db.run_requests
set status = $2::text, run_id = coalesce($3::integer, run_id), error = $4::text, finished_at = $5::timestamptz
where request_id = $1::bigint
