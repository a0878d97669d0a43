-- One row per snapshot file that stays: the newest, and, where more than one may stay, the one before it and the last
-- one of another model, which a rollback goes to.
--
-- $1  n  integer  1: the newest alone

with files as (
  select snapshot, max(publication_id) as publication_id
  from ops_db.publications
  where status = 'published'
  group by snapshot
),
newest as (
  select version from ops_db.publications where status = 'published' order by publication_id desc limit 1
)
(select snapshot from files order by publication_id desc limit $1)
union
(
  select p.snapshot
  from ops_db.publications p
  cross join newest
  where p.status = 'published' and p.version is distinct from newest.version and $1 > 1
  order by p.publication_id desc
  limit 1
)
