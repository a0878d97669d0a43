-- One row per raw rating in a range of ids of one lane, as CSV without a header, times in microseconds since 1970:
-- rating_id, lane, user_id, movie_id, rating, rated_us, has_movie (t, f).
--
-- rating is on the lake's scale (raw_db.stars); rated_us is empty outside the years 1 to 9999: the archive's times reach beyond what microseconds in a bigint do.
--
-- matinee.lane      text
-- matinee.first_id  bigint
-- matinee.last_id   bigint

copy (
  select
    r.rating_id,
    r.lane,
    r.user_id,
    r.movie_id,
    raw_db.stars(r.rating, s.is_implicit, s.scale_min, s.scale_max) as rating,
    case
      when r.rated_at >= timestamptz '0001-01-01Z' and r.rated_at < timestamptz '10000-01-01Z'
      then (date_part('epoch', r.rated_at) * 1000000)::bigint
    end as rated_us,
    m.movie_id is not null as has_movie
  from raw_db.ratings r
  left join data_lake_db.movies m using (movie_id)
  left join raw_db.source_mappings s using (source_id)
  where r.lane = current_setting('matinee.lane')
    and r.rating_id between current_setting('matinee.first_id')::bigint and current_setting('matinee.last_id')::bigint
) to stdout (format csv)
