-- One row: whether no run is on, and none begins before this transaction has ended (the lock of tasks/runner).

select pg_try_advisory_xact_lock(hashtext('matinee run')) as is_ours
