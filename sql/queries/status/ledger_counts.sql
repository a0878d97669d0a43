-- One row: the archive by the ledger, without counting its rows. `lake` is what clean took, less the rejects.

with cleaned as (
  select coalesce(sum(r.n_rows), 0)::bigint as n
  from ops_db.batch_ranges r
  join ops_db.batch_stages s on s.batch_id = r.batch_id and s.task = 'clean'
),
arrived as (
  select
    (select coalesce(sum(n_copied - n_erased), 0)::bigint from raw_db.sources)
      + (select count(*) from raw_db.ratings where lane = 'live')
      + (select count(*) from raw_db.unparsable) as n
),
refused as (
  select count(*) as n from data_lake_db.rejects
)
select
  arrived.n as raw,
  arrived.n - cleaned.n as pending,
  (select count(*) from raw_db.inbox) as inbox,
  cleaned.n - refused.n as lake,
  refused.n as rejects
from arrived, cleaned, refused
