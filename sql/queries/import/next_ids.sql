-- One row: the first user_id and movie_id that no text, no movie and no live rating has.
--
-- The archive's own rows are not asked: an archive whose ids are numbers gets none from here.

select
  greatest(
    (select max(user_id) from raw_db.user_keys),
    (select max(user_id) from raw_db.inbox),
    (select max(user_id) from raw_db.ratings where lane = 'live'),
    (select max(user_id) from ops_db.erasures),
    0
  ) + 1 as next_user_id,
  greatest((select max(movie_id) from raw_db.movie_keys), (select max(movie_id) from raw_db.movies), 0) + 1 as next_movie_id
