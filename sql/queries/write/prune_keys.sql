-- ops_db.idempotency_keys: those that nobody will repeat any more.
--
-- $1  days  integer

delete from ops_db.idempotency_keys where created_at < now() - make_interval(days => $1::integer)
