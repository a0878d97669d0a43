-- One row per movie, by id, as binary COPY: its id, its year (0: none), how many genres, and their places.

copy (
  select movie_id, coalesce(year, 0)::integer as year, cardinality(genre_ids) as n_genres, genre_ids
  from data_lake_db.movies
  order by movie_id
) to stdout with (format binary)
