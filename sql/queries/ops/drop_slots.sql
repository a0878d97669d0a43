-- ops_db.slots: what waited of schedules that the manifest no longer has is not run.
--
-- $1  schedules  text[]  the manifest's

update ops_db.slots
set status = 'skipped', reason = 'the manifest no longer has its schedule'
where status in ('queued', 'running') and schedule <> all ($1::text[])
