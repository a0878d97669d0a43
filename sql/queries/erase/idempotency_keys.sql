-- ops_db.idempotency_keys: without requests that were, among others, about a person.
--
-- $1  user_id  integer

delete from ops_db.idempotency_keys where $1::integer = any(user_ids)
