-- ops_db.slots: it waits again.
--
-- $1  schedule  text
-- $2  due_at    timestamptz
-- $3  reason    text

update ops_db.slots
set status = 'queued', reason = $3::text
where schedule = $1::text and due_at = $2::timestamptz
