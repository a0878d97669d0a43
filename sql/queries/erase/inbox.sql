-- raw_db.inbox: without a person.
--
-- $1  user_id  integer

delete from raw_db.inbox where user_id = $1
