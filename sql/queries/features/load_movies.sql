-- processed_db.movie_features: one row per movie of the first batch.

copy processed_db.movie_features (movie_id, n_ratings, rating_sum) from stdin (format text)
