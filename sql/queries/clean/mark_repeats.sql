-- staged_ratings: for each row whose user has rated the same movie before, or again in this batch: is it an exact
-- repeat, which rating does it replace, is it stale? The other rows, nearly all, stay as they are.
--
-- A rating's rank is (rated_at, rating_id): the greatest of a user and movie is the current one, as in
-- data_lake_db.current_ratings. A rank is an array here, as max() takes those: microseconds, rating_id, half stars.
--
-- The lake is asked pair by pair (lateral, limit, offset 0: nothing is pulled up into a join): by its index, and never
-- read whole, whatever the planner makes of the batch.

with repeated as (
  select user_id, movie_id
  from staged_ratings
  where reason is null
  group by user_id, movie_id
  having count(*) > 1
  union
  select staged.user_id, staged.movie_id
  from staged_ratings staged
  cross join lateral (
    select from data_lake_db.ratings lake
    where lake.user_id = staged.user_id and lake.movie_id = staged.movie_id
    limit 1
  ) known
  where reason is null
),
ratings as (
  select false as is_staged, lane, rating_id, user_id, movie_id, rating, rated_at
  from repeated
  cross join lateral (
    select lane, rating_id, rating, rated_at
    from data_lake_db.ratings lake
    where lake.user_id = repeated.user_id and lake.movie_id = repeated.movie_id
    offset 0
  ) known
  union all
  select true, lane, rating_id, user_id, movie_id, rating, rated_at
  from repeated
  join staged_ratings using (user_id, movie_id)
  where reason is null
),
numbered as (
  select
    ratings.*,
    row_number() over (
      partition by user_id, movie_id, rating, rated_at
      order by is_staged, lane, rating_id
    ) > 1 as is_repeat,
    array[(date_part('epoch', rated_at) * 1000000)::bigint, rating_id, (rating * 2)::bigint] as rank
  from ratings
),
arrivals as (
  select
    is_staged,
    rating_id,
    is_repeat,
    rank,
    max(rank) filter (where not is_repeat) over (
      partition by user_id, movie_id
      order by is_staged, lane, rating_id
      rows between unbounded preceding and 1 preceding
    ) as current_rank
  from numbered
)
update staged_ratings staged
set
  reason = case when arrivals.is_repeat then 'exact_repeat' end,
  replaces = case when rank > current_rank then current_rank[3] / 2.0::real end,
  is_stale = coalesce(rank < current_rank, false)
from arrivals
where arrivals.is_staged
  and staged.rating_id = arrivals.rating_id
