-- ops_db.slots: one row per instant at which a schedule was due; one that is there already stays as it is.
--
-- $1  schedule    text
-- $2  is_part     boolean
-- $3  slots       text     JSON: [{"due_at", "day", "status", "is_made_up", "reason"}, …]

insert into ops_db.slots (schedule, is_part, due_at, day, status, is_made_up, reason)
select $1::text, $2::boolean, s.due_at, s.day, s.status, s.is_made_up, s.reason
from jsonb_to_recordset(($3::text)::jsonb)
  as s (due_at timestamptz, day date, status text, is_made_up boolean, reason text)
on conflict (schedule, due_at) do nothing
