-- The last snapshot that was published of a version, as long as nobody was erased whom it has: at most one row.
--
-- $1  version  text

select snapshot, sha256, version, batch_id
from ops_db.publications
where status = 'published'
  and version = $1
  and published_at > (select coalesce(max(erased_at), '-infinity') from ops_db.erasures)
order by publication_id desc
limit 1
