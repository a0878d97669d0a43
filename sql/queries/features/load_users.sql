-- processed_db.user_features: one row per user of the first batch.

copy processed_db.user_features (user_id, n_ratings, rating_sum, genre_counts, genre_sums) from stdin (format text)
