-- ops_db.feedback: without a person.
--
-- $1  user_id  integer

delete from ops_db.feedback where user_id = $1
