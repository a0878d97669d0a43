-- One row per movie that a person has hidden, the last one first.
--
-- $1  user_id  integer

select movie_id, hidden_at from raw_db.hidden_movies where user_id = $1 order by hidden_at desc, movie_id
