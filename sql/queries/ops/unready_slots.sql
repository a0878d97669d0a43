-- One row per slot of a whole day that came due after $1 and has not succeeded.
--
-- $1  after  timestamptz

select schedule, due_at, day from ops_db.slots
where not is_part and status in ('queued', 'running', 'failed') and due_at > $1
order by due_at
