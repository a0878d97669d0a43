-- One row per user and movie that they rated, through batch batch_id, ascending, as binary COPY.
--
-- settings: batch_id

copy (
  select distinct user_id, movie_id
  from data_lake_db.ratings
  where batch_id <= current_setting('matinee.batch_id')::integer
  order by user_id, movie_id
) to stdout with (format binary)
