-- One row per run, protocol, scorer and metric over all people, oldest first: versions, and popularity and bias beside them.
--
-- $1  runs     integer  of how many of the newest runs
-- $2  version  text     of this one and of what stands beside it; null: of all
--
-- is_champion: it was live when the run ended, or was what the run predicted with.

select
  r.run_id, r.day, m.protocol, m.version, m.metric, m.value, m.n,
  m.version not in ('popularity', 'bias') and (
    m.protocol = 'prequential'
    or m.version = (
      select p.version from ops_db.promotions p
      where p.promoted_at <= coalesce(r.finished_at, now())
      order by p.promotion_id desc
      limit 1
    )
  ) as is_champion
from ops_db.model_metrics m
join ops_db.runs r using (run_id)
where m.slice = 'all'
  and r.run_id > (select max(run_id) from ops_db.runs) - $1::integer
  and ($2::text is null or m.version in ($2::text, 'popularity', 'bias'))
order by r.run_id, m.protocol, m.metric, m.version
