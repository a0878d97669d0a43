-- raw_db.user_keys: without a person.
--
-- $1  user_id  integer

delete from raw_db.user_keys where user_id = $1
