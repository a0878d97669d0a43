-- processed_db.movie_features: a movie that nobody rated has no row.

delete from processed_db.movie_features where n_ratings = 0
