-- data_lake_db.loaded_ratings → staged_ratings: one row per rating whose user has rated that movie more than once.

with repeated as materialized (
  select user_id, movie_id
  from data_lake_db.loaded_ratings
  group by user_id, movie_id
  having count(*) > 1
),
taken as (
  delete from data_lake_db.loaded_ratings loaded
  using repeated
  where loaded.user_id = repeated.user_id and loaded.movie_id = repeated.movie_id
  returning loaded.rating_id, loaded.lane, loaded.user_id, loaded.movie_id, loaded.rating, loaded.rated_at
)
insert into staged_ratings (rating_id, lane, user_id, movie_id, rating, rated_at)
select rating_id, lane, user_id, movie_id, rating, rated_at
from taken
