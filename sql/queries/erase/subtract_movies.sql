-- processed_db.movie_features: less what a person's current ratings, as far as features has added them up, bring to it.
--
-- $1  user_id  integer
--
-- replaces has taken the earlier ones out of the sums already; half-star sums are exact.

with gone as (
  select
    l.movie_id,
    count(*) filter (where l.replaces is null) as n,
    sum(l.rating::double precision - coalesce(l.replaces, 0)) as rating_sum
  from data_lake_db.ratings l
  join ops_db.batch_stages done on done.batch_id = l.batch_id and done.task = 'features'
  where l.user_id = $1::integer and not l.is_stale
  group by l.movie_id
)
update processed_db.movie_features m
set n_ratings = m.n_ratings - gone.n, rating_sum = m.rating_sum - gone.rating_sum
from gone
where m.movie_id = gone.movie_id
