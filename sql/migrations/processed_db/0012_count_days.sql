-- processed_db: ratings by movie and day, for what is popular and what is rising.

create table processed_db.movie_days (
  day        date not null,
  movie_id   integer not null,
  n_ratings  integer not null,
  rating_sum double precision not null,
  constraint movie_days_pkey primary key (day, movie_id)
);
comment on table processed_db.movie_days is
  'One row per movie and day (UTC) of the last 366 before the newest rating: ratings that were current on arrival.';

-- What the feature store has, this table has: a store from before it is counted once, here.
with counted as (
  select r.movie_id, (r.rated_at at time zone 'UTC')::date as day, r.rating
  from data_lake_db.ratings r
  join ops_db.batch_stages s on s.batch_id = r.batch_id and s.task = 'features'
  where not r.is_stale
)
insert into processed_db.movie_days (day, movie_id, n_ratings, rating_sum)
select day, movie_id, count(*), sum(rating::double precision)
from counted
where day > (select max(day) from counted) - 366
group by day, movie_id;
