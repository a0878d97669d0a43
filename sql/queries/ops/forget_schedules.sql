-- ops_db.schedules: forgets those that the manifest no longer has; seen again, they are watched from then on.
--
-- $1  schedules  text[]  the manifest's

delete from ops_db.schedules where schedule <> all ($1::text[])
