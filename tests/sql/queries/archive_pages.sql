-- One row: the pages of the archive.

select relpages as pages from pg_class where oid = 'raw_db.ratings'::regclass
