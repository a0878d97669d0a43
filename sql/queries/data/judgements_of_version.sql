-- One row per time that the gate judged a version, newest first, with the judgement as it was stored.
--
-- $1  version  text

select j.run_id, r.day, j.judged_at, judgement
from ops_db.judgements j
join ops_db.runs r using (run_id)
cross join lateral jsonb_array_elements(j.ruling -> 'judgements') judgement
where judgement ->> 'version' = $1
order by j.judgement_id desc
