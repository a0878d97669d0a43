-- One row per rating that is or was current of one batch and lane, in arrival order, as binary COPY: who gave which
-- movie how many stars.
--
-- settings: batch_id, lane, first_id, last_id (the lane's range in that batch)
--
-- By the key's index, which is the order on disk: PostgreSQL neither sorts 32 million rows nor fetches each on its own.

copy (
  select user_id, movie_id, rating
  from data_lake_db.ratings
  where rating_id between current_setting('matinee.first_id')::bigint and current_setting('matinee.last_id')::bigint
    and batch_id = current_setting('matinee.batch_id')::integer
    and lane = current_setting('matinee.lane')
    and not is_stale
  order by rating_id
) to stdout with (format binary)
