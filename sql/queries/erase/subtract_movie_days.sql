-- processed_db.movie_days: less what a person's ratings, as far as features has counted them, bring to it.
--
-- $1  user_id  integer

with gone as (
  select (l.rated_at at time zone 'UTC')::date as day, l.movie_id, count(*) as n, sum(l.rating::double precision) as rating_sum
  from data_lake_db.ratings l
  join ops_db.batch_stages done on done.batch_id = l.batch_id and done.task = 'features'
  where l.user_id = $1::integer and not l.is_stale
  group by day, l.movie_id
)
update processed_db.movie_days d
set n_ratings = d.n_ratings - gone.n, rating_sum = d.rating_sum - gone.rating_sum
from gone
where d.day = gone.day and d.movie_id = gone.movie_id
