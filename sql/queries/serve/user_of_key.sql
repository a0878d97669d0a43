-- The number of a person whom no snapshot has yet: at most one row.
--
-- $1  key  text

select user_id from raw_db.user_keys where key = $1
