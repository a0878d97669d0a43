-- One row per schedule that ever was due: how often, and what became of it. A slot is late that began more than a minute
-- after it was due (made-up ones have no time of their own), or of which an event says so: not ready by its time, or too
-- long at work.

with judged as (
  select
    s.*,
    s.started_at > s.due_at + interval '1 minute' and not s.is_made_up
      or exists (
        select from ops_db.events e
        where e.event = 'late'
          and (
            not s.is_part and e.scope = 'day' and e.body ->> 'day' = s.day::text
            or s.is_part and e.scope = s.schedule
              and starts_with(
                e.subject,
                s.schedule || ' ' || to_char(s.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
              )
          )
      ) as is_late
  from ops_db.slots s
)
select
  schedule,
  count(*) as n,
  count(*) filter (where status in ('queued', 'running')) as open,
  count(*) filter (where status = 'done') as done,
  count(*) filter (where status = 'failed') as failed,
  count(*) filter (where status = 'skipped') as skipped,
  count(*) filter (where status = 'missed') as missed,
  count(*) filter (where is_made_up) as made_up,
  count(*) filter (where is_late) as late,
  max(day) filter (where status = 'missed') as last_missed
from judged
group by schedule
order by schedule
