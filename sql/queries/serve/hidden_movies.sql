-- One row per person and movie that they asked never to see, by person and movie.

select user_id, movie_id from raw_db.hidden_movies order by user_id, movie_id
