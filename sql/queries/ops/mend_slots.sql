-- ops_db.slots: slots of whole days end as their run did, whoever ran it: with its success, and with its failure where
-- the process that worked on them is gone. Call it while no slot is worked on.

update ops_db.slots s
set
  status = case r.status when 'succeeded' then 'done' else 'failed' end,
  run_id = r.run_id,
  finished_at = r.finished_at
from ops_db.runs r
where not s.is_part
  and r.day = s.day
  and (
    s.status <> 'done' and r.kind = 'daily' and r.status = 'succeeded'
    or s.status = 'running' and r.kind <> 'partial' and r.status = 'failed'
  )
