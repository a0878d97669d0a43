-- One row per raw rating in a range of ids of one lane, as binary COPY of fixed width: what
-- tasks/polars/validate_rows.ts reads.
--
-- matinee.lane      text
-- matinee.first_id  bigint
-- matinee.last_id   bigint
--
-- Each (select …) is asked once; a bare current_setting() in a filter, for every row.

copy (
  select rating_id, user_id, movie_id, rating, rated_at
  from raw_db.ratings
  where lane = (select current_setting('matinee.lane'))
    and rating_id between (select current_setting('matinee.first_id')::bigint)
                      and (select current_setting('matinee.last_id')::bigint)
) to stdout (format binary)
