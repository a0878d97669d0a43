-- One row per rating that a user of a list had given through batch batch_id, in arrival order, as binary COPY.
--
-- settings: batch_id, user_ids (an array in PostgreSQL's text form)

copy (
  select user_id, movie_id, rating
  from data_lake_db.ratings
  where user_id = any(current_setting('matinee.user_ids')::integer[])
    and batch_id <= current_setting('matinee.batch_id')::integer
    and not is_stale
  order by batch_id, lane, rating_id
) to stdout with (format binary)
