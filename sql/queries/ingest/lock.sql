-- Holds other ingests back until this transaction ends: batch ids have no gaps.

select pg_advisory_xact_lock(hashtext('matinee ingest'))
