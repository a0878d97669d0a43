-- data_lake_db.ratings: one row per staged rating that nothing is wrong with.
--
-- $1  batch_id  integer
--
-- No join, so rows keep the order of their ids: 5M scattered ones write five times as much WAL.

insert into data_lake_db.ratings
  (rating_id, batch_id, lane, user_id, movie_id, rating, replaces, is_stale, rated_at)
select rating_id, $1, lane, user_id, movie_id, rating, replaces, is_stale, rated_at
from staged_ratings
where reason is null
