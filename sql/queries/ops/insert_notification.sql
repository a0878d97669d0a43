-- ops_db.notifications: one row per event and target, to be told.
--
-- $1  event_id  bigint
-- $2  target    text

insert into ops_db.notifications (event_id, target) values ($1, $2)
