-- data_lake_db.ratings: becomes what was loaded.

select data_lake_db.replace_ratings()
