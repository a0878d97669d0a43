-- One row per run whose end is not recorded as events yet, in the order in which they ended. An interrupted run has not
-- ended: it is resumed.

select run_id, day, kind, slot, status, finished_at
from ops_db.runs
where not is_told and status in ('succeeded', 'failed')
order by finished_at, run_id
