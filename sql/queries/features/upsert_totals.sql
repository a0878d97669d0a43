-- processed_db.rating_totals: its one row; the staged sums of the movies are added to it.

insert into processed_db.rating_totals as known (n_ratings, rating_sum)
select sum(n), sum(rating_sum)
from staged_sums
where kind = 'movie'
having count(*) > 0
on conflict (is_only) do update set
  n_ratings = known.n_ratings + excluded.n_ratings,
  rating_sum = known.rating_sum + excluded.rating_sum
