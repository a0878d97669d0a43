-- The last snapshot that was published of a version, as long as nobody was erased whom it has, and when it was first:
-- at most one row.
--
-- $1  version  text

select
  snapshot, sha256, version, batch_id,
  (
    select min(first.published_at) from ops_db.publications first
    where first.sha256 = last.sha256 and first.status = 'published'
  ) as published_at
from ops_db.publications last
where status = 'published'
  and version = $1
  and published_at > (select coalesce(max(erased_at), '-infinity') from ops_db.erasures)
order by publication_id desc
limit 1
