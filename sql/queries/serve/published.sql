-- One row per published snapshot, newest first, the last few: an older one stands in for a damaged newer one.
--
-- published_at is of the snapshot's first publication: a rollback hands out again what is as old as it was.

select
  published.publication_id,
  published.snapshot,
  published.sha256,
  first.published_at,
  first.publication_id <> published.publication_id as is_republished
from ops_db.publications published
cross join lateral (
  select publication_id, published_at
  from ops_db.publications
  where sha256 = published.sha256 and status = 'published'
  order by publication_id
  limit 1
) first
where published.status = 'published'
order by published.publication_id desc
limit 5
