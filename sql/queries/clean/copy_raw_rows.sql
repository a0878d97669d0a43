-- One row per raw rating in a range of ids of one lane, as binary COPY of fixed width: what
-- tasks/polars/validate_rows.ts reads. rating is on the lake's scale (raw_db.stars).
--
-- matinee.lane      text
-- matinee.first_id  bigint
-- matinee.last_id   bigint
--
-- Each (select …) is asked once; a bare current_setting() in a filter, for every row.

copy (
  select
    r.rating_id,
    r.user_id,
    r.movie_id,
    raw_db.stars(r.rating, s.is_implicit, s.scale_min, s.scale_max),
    r.rated_at
  from raw_db.ratings r
  left join raw_db.source_mappings s using (source_id)
  where r.lane = (select current_setting('matinee.lane'))
    and r.rating_id between (select current_setting('matinee.first_id')::bigint)
                        and (select current_setting('matinee.last_id')::bigint)
) to stdout (format binary)
