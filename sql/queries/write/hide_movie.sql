-- raw_db.hidden_movies: one row, unless it is there; other servers are told. One row comes back.
--
-- $1  user_id   integer
-- $2  movie_id  integer

with hidden as (
  insert into raw_db.hidden_movies (user_id, movie_id) values ($1, $2)
  on conflict (user_id, movie_id) do nothing
  returning movie_id
)
select count(*) as n, count(pg_notify('matinee_ratings', 'hidden')) as n_told from hidden
