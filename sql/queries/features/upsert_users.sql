-- processed_db.user_features: one row per user that the batch touches; the staged sums are added to what is there.
--
-- Genre arrays come out as long as there are genres: a row from before the newest genre is filled up with zeros.

with users as (
  select id as user_id, sum(n) as n, sum(rating_sum) as rating_sum
  from staged_sums
  where kind = 'user'
  group by id
),
known as (
  -- User by user: their rows are wide, and a join would read those of everybody.
  select known.*
  from users
  cross join lateral (select * from processed_db.user_features f where f.user_id = users.user_id offset 0) known
),
genres as (
  select id as user_id, genre_id, sum(n) as n, sum(rating_sum) as rating_sum
  from staged_sums
  where kind = 'user_genre'
  group by id, genre_id
),
arrays as (
  select
    user_id,
    array_agg(coalesce(known.genre_counts[genre_id + 1], 0) + coalesce(genres.n, 0) order by genre_id)
      as genre_counts,
    array_agg(coalesce(known.genre_sums[genre_id + 1], 0) + coalesce(genres.rating_sum, 0) order by genre_id)
      as genre_sums
  from users
  cross join data_lake_db.genres all_genres
  left join genres using (user_id, genre_id)
  left join known using (user_id)
  group by user_id
)
insert into processed_db.user_features as known (user_id, n_ratings, rating_sum, genre_counts, genre_sums)
select user_id, users.n, users.rating_sum, arrays.genre_counts, arrays.genre_sums
from users
join arrays using (user_id)
on conflict (user_id) do update set
  n_ratings = known.n_ratings + excluded.n_ratings,
  rating_sum = known.rating_sum + excluded.rating_sum,
  genre_counts = excluded.genre_counts,
  genre_sums = excluded.genre_sums
