-- One row per model version, newest first, with the day of its training and when it last became champion.

select v.*, r.day, p.promoted_at
from ops_db.model_versions v
join ops_db.runs r using (run_id)
left join lateral (
  select max(promoted_at) as promoted_at from ops_db.promotions where version = v.version
) p on true
order by v.created_at desc, v.version
