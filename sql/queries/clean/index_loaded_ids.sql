-- data_lake_db.loaded_ratings: the index of what becomes its key.

create unique index loaded_ratings_pkey on data_lake_db.loaded_ratings (rating_id)
