-- One row per lake rating of one batch and lane, in arrival order, as binary COPY.
--
-- settings: batch_id, lane, first_id, last_id (the lane's range in that batch)

copy (
  select
    rating_id, user_id, movie_id, rating,
    coalesce(replaces, 'NaN') as replaces,
    is_stale::integer as is_stale,
    extract(epoch from rated_at)::float8 as rated_at
  from data_lake_db.ratings
  where rating_id between current_setting('matinee.first_id')::bigint and current_setting('matinee.last_id')::bigint
    and batch_id = current_setting('matinee.batch_id')::integer
    and lane = current_setting('matinee.lane')
  order by rating_id
) to stdout with (format binary)
