-- data_lake_db.ratings: without a person.
--
-- $1  user_id  integer

delete from data_lake_db.ratings where user_id = $1
