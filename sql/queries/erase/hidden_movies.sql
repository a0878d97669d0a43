-- raw_db.hidden_movies: without a person.
--
-- $1  user_id  integer

delete from raw_db.hidden_movies where user_id = $1
