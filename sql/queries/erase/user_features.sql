-- processed_db.user_features: without a person.
--
-- $1  user_id  integer

delete from processed_db.user_features where user_id = $1
