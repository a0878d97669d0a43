-- ops_db.slots: one row per slot that waits or is at work, oldest first; whole days before parts.

select * from ops_db.slots where status in ('queued', 'running') order by due_at, is_part, schedule
