-- raw_db.movies: one row per movie that is known.

select movie_id
from raw_db.movies
