-- ops_db.slots: what a scheduler left behind that is gone; it is made up, and makes way for nothing.
--
-- $1  schedules  text[]  those that catch up with all they missed

update ops_db.slots
set is_made_up = true
where status in ('queued', 'running') and schedule = any ($1::text[])
