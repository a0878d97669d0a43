-- Holds other migrating processes back until this transaction ends.

select pg_advisory_xact_lock(hashtext('matinee migrate'))
