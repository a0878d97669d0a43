-- ops_db.slots: one row per schedule and status of what was missed, or failed before it had a run, and no event has told of.

with told as (
  update ops_db.slots set is_told = true
  where not is_told and run_id is null and status in ('missed', 'failed')
  returning schedule, is_part, status, due_at, day, reason
)
select schedule, is_part, status, count(*) as n, min(day) as first_day, max(day) as last_day,
  max(due_at) as last_due_at, min(reason) as reason
from told
group by schedule, is_part, status
order by schedule, status
