-- One row per rating that is or was current, in a range of ids of one lane, as binary COPY: user, movie, stars, and the
-- stars that they replace (NaN: none).
--
-- matinee.lane      text
-- matinee.first_id  bigint
-- matinee.last_id   bigint

copy (
  select user_id, movie_id, rating, coalesce(replaces, 'NaN')
  from data_lake_db.ratings
  where lane = (select current_setting('matinee.lane')) -- asked once, not for every row
    and rating_id between current_setting('matinee.first_id')::bigint and current_setting('matinee.last_id')::bigint
    and not is_stale
) to stdout with (format binary)
