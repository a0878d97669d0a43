-- ops_db.notifications: whether it was told.
--
-- $1  event_id  bigint
-- $2  target    text
-- $3  status    text    told or failed
-- $4  error     text

update ops_db.notifications
set status = $3::text, error = $4::text, told_at = now()
where event_id = $1::bigint and target = $2::text
