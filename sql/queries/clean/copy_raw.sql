-- One row per raw rating in a range of ids of one lane, as CSV without a header, times in microseconds since 1970:
-- rating_id, lane, user_id, movie_id, rating, rated_us, has_movie (t, f).
--
-- rating is on the lake's scale of half stars. A source with a scale of its own is mapped to it in a straight line, to
-- the nearest half star, up from the middle; what is off that scale is off this one as well (0). An interaction
-- without a rating counts as 5, which is the same for all and says nothing.
--
-- rated_us is empty outside the years 1 to 9999: the archive's times reach beyond what microseconds in a bigint do.
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
    case
      when s.source_id is null then r.rating
      when s.is_implicit then 5
      when s.scale_min is null or r.rating in ('NaN', 'Infinity', '-Infinity') then r.rating
      when r.rating not between s.scale_min and s.scale_max then 0
      else 0.5 + floor(9 * (r.rating - s.scale_min) / (s.scale_max - s.scale_min) + 0.5) / 2
    end as rating,
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
