-- One row per movie, by id.

select movie_id, title, year, genre_ids from data_lake_db.movies order by movie_id
