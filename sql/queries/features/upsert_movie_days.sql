-- processed_db.movie_days: one row per movie and day on which a batch's ratings were given, not older than 366 days.
--
-- $1  batch_id    integer
-- $2  newest day  date
--
-- A re-rating counts again, on its own day: it is attention. Ranges are read one by one (lateral, offset 0): joined,
-- they cost a scan of the whole lake.

insert into processed_db.movie_days as known (day, movie_id, n_ratings, rating_sum)
select (r.rated_at at time zone 'UTC')::date as day, r.movie_id, count(*), sum(r.rating::double precision)
from ops_db.batch_ranges b
cross join lateral (
  select movie_id, rating, rated_at
  from data_lake_db.ratings
  where rating_id between b.first_id and b.last_id
    and lane = b.lane
    and not is_stale
    and rated_at >= ($2::date - 365)::timestamp at time zone 'UTC'
  offset 0
) r
where b.batch_id = $1 and b.lane <> 'unparsable'
group by day, r.movie_id
on conflict (day, movie_id) do update set
  n_ratings = known.n_ratings + excluded.n_ratings,
  rating_sum = known.rating_sum + excluded.rating_sum
