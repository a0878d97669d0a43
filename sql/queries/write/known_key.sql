-- What an Idempotency-Key was used with: at most one row.
--
-- $1  key  text

select request_hash, answer from ops_db.idempotency_keys where key = $1
