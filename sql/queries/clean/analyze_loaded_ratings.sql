-- A new table has no statistics, and the search for repeats depends on them.

analyze data_lake_db.loaded_ratings
