-- raw_db.hidden_movies: takes one row back; other servers are told. One row comes back.
--
-- $1  user_id   integer
-- $2  movie_id  integer

with shown as (
  delete from raw_db.hidden_movies where user_id = $1 and movie_id = $2
  returning movie_id
)
select count(*) as n, count(pg_notify('matinee_ratings', 'hidden')) as n_told from shown
