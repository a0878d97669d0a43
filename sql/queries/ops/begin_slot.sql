-- ops_db.slots: somebody works on it from now on; of a slot that is resumed, the first beginning stays.
--
-- $1  schedule    text
-- $2  due_at      timestamptz
-- $3  started_at  timestamptz

update ops_db.slots
set status = 'running', started_at = coalesce(started_at, $3::timestamptz)
where schedule = $1::text and due_at = $2::timestamptz
