-- ops_db.publications: the pointer names the snapshot now, so the row says so, and servers are told.
--
-- $1  publication_id  integer

with done as (
  update ops_db.publications set status = 'published', published_at = now() where publication_id = $1
  returning publication_id
)
select pg_notify('matinee_published', publication_id::text) from done
