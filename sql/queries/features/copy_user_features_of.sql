-- One row per user of a list with a clean rating, by id, as binary COPY.
--
-- settings: user_ids (an array in PostgreSQL's text form)
--
-- A list, not a join with the ratings that it comes from: the planner then takes the key for any number of users.

copy (
  select user_id, n_ratings, rating_sum, genre_counts, genre_sums
  from processed_db.user_features
  where user_id = any(current_setting('matinee.user_ids')::integer[])
  order by user_id
) to stdout with (format binary)
