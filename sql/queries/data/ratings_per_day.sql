-- One row per day of the last year of the archive on which somebody rated, oldest first.

select day::text as day, sum(n_ratings)::bigint as n_ratings, round((sum(rating_sum) / sum(n_ratings))::numeric, 3)::float8 as mean_rating
from processed_db.movie_days
group by day
order by day
