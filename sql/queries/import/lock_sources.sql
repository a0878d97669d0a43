-- Holds other imports, and ingest, back until this transaction ends: both give out rating ids.

select pg_advisory_xact_lock(hashtext('matinee ingest'))
