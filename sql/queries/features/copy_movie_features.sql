-- One row per movie with a clean rating, by id, as binary COPY.

copy (
  select movie_id, n_ratings, rating_sum from processed_db.movie_features order by movie_id
) to stdout with (format binary)
