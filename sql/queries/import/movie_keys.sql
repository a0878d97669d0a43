-- raw_db.movie_keys: one row per known text, in order of movie_id.

select movie_id as id, key
from raw_db.movie_keys
order by movie_id
