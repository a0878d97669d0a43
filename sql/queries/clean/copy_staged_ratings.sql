-- staged_ratings: one row per raw rating; reason is empty when nothing is wrong with it.

copy staged_ratings (rating_id, lane, user_id, movie_id, rating, rated_at, reason, detail) from stdin (format csv)
