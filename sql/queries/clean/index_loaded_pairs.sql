-- data_lake_db.loaded_ratings: the index by user and movie.

create index loaded_ratings_by_user_movie on data_lake_db.loaded_ratings (user_id, movie_id)
