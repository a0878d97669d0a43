-- raw_db.sources: marks a source as all in, and returns it; no row while some of it is missing.
--
-- $1  source_id  integer

update raw_db.sources
set imported_at = coalesce(imported_at, now())
where source_id = $1 and n_copied = n_rows
returning source_id, sha256, name, edition, is_sample, n_rows, n_copied, first_id, imported_at, n_known
