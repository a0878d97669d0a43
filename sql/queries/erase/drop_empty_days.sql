-- processed_db.movie_days: a day on which nobody rated a movie has no row.

delete from processed_db.movie_days where n_ratings = 0
