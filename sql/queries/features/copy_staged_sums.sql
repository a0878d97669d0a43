-- staged_sums: one row per user (kind user), movie (movie), and user and genre (user_genre) of a chunk.

copy staged_sums (kind, id, genre_id, n, rating_sum) from stdin (format csv)
