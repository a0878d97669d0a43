-- data_lake_db.loaded_ratings: what becomes data_lake_db.ratings at the end of this transaction; no indexes yet.

create table data_lake_db.loaded_ratings (
  like data_lake_db.ratings including defaults including constraints including comments
)
