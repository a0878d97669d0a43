-- One row per file that was made while a person was there: snapshots with their rated list, models that were fitted
-- with their ratings among the others.
--
-- $1  erasure_id  integer

with recursive erasure as (
  select erased_at, user_id from ops_db.erasures where erasure_id = $1
),
origins as (
  select version, version as ancestor, mode, parent, created_at from ops_db.model_versions where pruned_at is null
  union all
  select o.version, p.version, p.mode, p.parent, p.created_at
  from origins o
  join ops_db.model_versions p on p.version = o.parent
  where o.mode = 'warm'
),
fitted as (
  select version, min(created_at) as since from origins group by version
)
select 'snapshot' as kind, p.snapshot as name, 'published' as status
from (
  select snapshot, max(publication_id) as publication_id, min(published_at) as published_at
  from ops_db.publications
  where status = 'published'
  group by snapshot
  order by publication_id desc
  limit 2
) p
cross join erasure
where erasure.user_id is not null and p.published_at < erasure.erased_at
union all
select 'model', v.version, v.status
from fitted
join ops_db.model_versions v using (version)
cross join erasure
where fitted.since < erasure.erased_at
order by kind desc, name
