-- ops_db.slots: one row per instant at which a schedule was due; one that is there already stays as it is. A whole day's
-- whose day has been run, by hand or by whatever scheduler was there, is done. Returns what it has entered.
--
-- $1  schedule    text
-- $2  is_part     boolean
-- $3  slots       text     JSON: [{"due_at", "day", "status", "is_made_up", "reason"}, …]

insert into ops_db.slots (schedule, is_part, due_at, day, status, is_made_up, reason, run_id, finished_at)
select
  $1::text, $2::boolean, s.due_at, s.day,
  case when r.run_id is null then s.status else 'done' end,
  s.is_made_up and r.run_id is null,
  case when r.run_id is null then s.reason end,
  r.run_id, r.finished_at
from jsonb_to_recordset(($3::text)::jsonb)
  as s (due_at timestamptz, day date, status text, is_made_up boolean, reason text)
left join ops_db.runs r on not $2::boolean and r.day = s.day and r.kind = 'daily' and r.status = 'succeeded'
on conflict (schedule, due_at) do nothing
returning *
