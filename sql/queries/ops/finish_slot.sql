-- ops_db.slots: what became of it.
--
-- $1  schedule     text
-- $2  due_at       timestamptz
-- $3  status       text
-- $4  run_id       integer      null: no run was opened
-- $5  reason       text
-- $6  finished_at  timestamptz

update ops_db.slots
set status = $3::text, run_id = $4::integer, reason = $5::text, finished_at = $6::timestamptz
where schedule = $1::text and due_at = $2::timestamptz
