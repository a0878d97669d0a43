-- One row per movie of the lake, by id: its facts, count and sum of its current ratings.

with rated as (
  select
    movie_id,
    count(*) filter (where replaces is null) as n_ratings,
    sum(rating::double precision - coalesce(replaces, 0)) as rating_sum
  from data_lake_db.ratings
  where not is_stale
  group by movie_id
)
select
  m.movie_id, m.title, m.year, m.genre_ids,
  coalesce(rated.n_ratings, 0) as n_ratings,
  coalesce(rated.rating_sum, 0) as rating_sum
from data_lake_db.movies m
left join rated using (movie_id)
order by m.movie_id
