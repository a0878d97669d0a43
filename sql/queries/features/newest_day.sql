-- One row: the newest day (UTC) that is counted, or that the ratings of a batch were given on; null before any.
--
-- $1  batch_id  integer

select greatest(
  (select max(day) from processed_db.movie_days),
  (
    select max((r.rated_at at time zone 'UTC')::date)
    from ops_db.batch_ranges b
    cross join lateral (
      select rated_at
      from data_lake_db.ratings
      where rating_id between b.first_id and b.last_id and lane = b.lane and not is_stale
      offset 0
    ) r
    where b.batch_id = $1 and b.lane <> 'unparsable'
  )
)::text as newest_day
