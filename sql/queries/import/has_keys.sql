-- One row: whether the archive's user ids, and its movie ids, are texts.

select
  exists (select from raw_db.user_keys) as users,
  exists (select from raw_db.movie_keys) as movies
