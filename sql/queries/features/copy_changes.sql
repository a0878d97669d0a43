-- One row per rating that is or was current, in a range of ids of one lane, as CSV without a header:
-- user_id, movie_id, genres (0|4|7), n (1; 0 for a re-rating), rating_sum (its stars, less those it replaces).
--
-- matinee.lane      text
-- matinee.first_id  bigint
-- matinee.last_id   bigint

copy (
  select
    r.user_id,
    r.movie_id,
    array_to_string(m.genre_ids, '|') as genres,
    case when r.replaces is null then 1 else 0 end as n,
    r.rating - coalesce(r.replaces, 0) as rating_sum
  from data_lake_db.ratings r
  join data_lake_db.movies m using (movie_id)
  where r.lane = current_setting('matinee.lane')
    and r.rating_id between current_setting('matinee.first_id')::bigint and current_setting('matinee.last_id')::bigint
    and not r.is_stale
) to stdout (format csv)
