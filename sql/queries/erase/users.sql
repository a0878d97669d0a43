-- raw_db.users: without a person.
--
-- $1  user_id  integer

delete from raw_db.users where user_id = $1
