-- One row: what came in, what became of it, what waits.
--
-- Each figure is counted by itself, so that raw = lake + rejects + pending is a proof and not a definition.

with cleaned as (
  select r.lane, sum(r.n_rows) as n
  from ops_db.batch_ranges r
  join ops_db.batch_stages s on s.batch_id = r.batch_id and s.task = 'clean'
  group by r.lane
)
select
  (select count(*) from raw_db.ratings) + (select count(*) from raw_db.unparsable) as raw,
  (select count(*) from raw_db.ratings) + (select count(*) from raw_db.unparsable)
    - coalesce((select sum(n)::bigint from cleaned), 0) as pending,
  (select count(*) from raw_db.inbox) as inbox,
  (select count(*) from data_lake_db.ratings) as lake,
  (select count(*) from data_lake_db.rejects) as rejects
