-- data_lake_db.loaded_ratings: one row per staged rating that nothing is wrong with.
--
-- $1  batch_id  integer

insert into data_lake_db.loaded_ratings
  (rating_id, batch_id, lane, user_id, movie_id, rating, replaces, is_stale, rated_at)
select rating_id, $1, lane, user_id, movie_id, rating, replaces, is_stale, rated_at
from staged_ratings
where reason is null
