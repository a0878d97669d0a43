-- One row per genre, by place.

select genre_id, name from data_lake_db.genres order by genre_id
