-- One row per rating through batch batch_id, in no order, as binary COPY: who has seen what, a re-rating again.
--
-- settings: batch_id
--
-- Neither sorted nor made distinct here: PostgreSQL would sort 32 million rows on disk, or fetch each by its index.

copy (
  select user_id, movie_id
  from data_lake_db.ratings
  where batch_id <= current_setting('matinee.batch_id')::integer
) to stdout with (format binary)
