-- data_lake_db.genres: one row per genre, in order of genre_id.

select genre_id, name
from data_lake_db.genres
order by genre_id
