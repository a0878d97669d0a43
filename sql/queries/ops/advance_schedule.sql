-- ops_db.schedules: how far a schedule is settled now; it never goes back.
--
-- $1  schedule    text
-- $2  settled_to  timestamptz

insert into ops_db.schedules (schedule, settled_to)
values ($1, $2)
on conflict (schedule) do update set settled_to = greatest(schedules.settled_to, excluded.settled_to)
