-- processed_db.movie_days: one row per movie and day, of the last 366 days of all that features has counted. When the
-- newest day is gone with a person, days that were out of reach are in reach again: rare, and a scan of the lake.
--
-- $1  user_id  integer  the person, who does not count any more

with counted as (
  select r.movie_id, (r.rated_at at time zone 'UTC')::date as day, r.rating
  from data_lake_db.ratings r
  join ops_db.batch_stages s on s.batch_id = r.batch_id and s.task = 'features'
  where not r.is_stale and r.user_id <> $1::integer
)
insert into processed_db.movie_days (day, movie_id, n_ratings, rating_sum)
select day, movie_id, count(*), sum(rating::double precision)
from counted
where day > (select max(day) from counted) - 366
group by day, movie_id
