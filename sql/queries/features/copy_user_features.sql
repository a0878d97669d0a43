-- One row per user with a clean rating, by id, as binary COPY.

copy (
  select user_id, n_ratings, rating_sum, genre_counts, genre_sums from processed_db.user_features order by user_id
) to stdout with (format binary)
