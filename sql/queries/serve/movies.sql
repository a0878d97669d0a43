-- One row per movie of the lake, by id: its facts, count and sum of its current ratings, and how many of them are 0.5,
-- 1, … 5 stars.

with rated as (
  select
    movie_id,
    count(*) filter (where replaces is null) as n_ratings,
    sum(rating::double precision - coalesce(replaces, 0)) as rating_sum,
    array[
      count(*) filter (where rating = 0.5) - count(*) filter (where replaces = 0.5),
      count(*) filter (where rating = 1) - count(*) filter (where replaces = 1),
      count(*) filter (where rating = 1.5) - count(*) filter (where replaces = 1.5),
      count(*) filter (where rating = 2) - count(*) filter (where replaces = 2),
      count(*) filter (where rating = 2.5) - count(*) filter (where replaces = 2.5),
      count(*) filter (where rating = 3) - count(*) filter (where replaces = 3),
      count(*) filter (where rating = 3.5) - count(*) filter (where replaces = 3.5),
      count(*) filter (where rating = 4) - count(*) filter (where replaces = 4),
      count(*) filter (where rating = 4.5) - count(*) filter (where replaces = 4.5),
      count(*) filter (where rating = 5) - count(*) filter (where replaces = 5)
    ]::integer[] as histogram
  from data_lake_db.ratings
  where not is_stale
  group by movie_id
)
select
  m.movie_id, m.title, m.year, m.genre_ids,
  coalesce(rated.n_ratings, 0) as n_ratings,
  coalesce(rated.rating_sum, 0) as rating_sum,
  coalesce(rated.histogram, array_fill(0, array[10])) as histogram
from data_lake_db.movies m
left join rated using (movie_id)
order by m.movie_id
