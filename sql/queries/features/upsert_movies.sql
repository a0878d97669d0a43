-- processed_db.movie_features: one row per movie that the batch touches; the staged sums are added to what is there.

insert into processed_db.movie_features as known (movie_id, n_ratings, rating_sum)
select id, sum(n), sum(rating_sum)
from staged_sums
where kind = 'movie'
group by id
on conflict (movie_id) do update set
  n_ratings = known.n_ratings + excluded.n_ratings,
  rating_sum = known.rating_sum + excluded.rating_sum
