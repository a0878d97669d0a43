-- raw_db.inbox → raw_db.ratings: one row per live rating that has committed by now, in order of arrival.
--
-- A row still being committed stays in the inbox for the next run. Ids continue after every id that a
-- source has reserved, be its rows in or not, and that a batch has taken, be its rows erased or not.

with taken as (
  delete from raw_db.inbox
  returning inbox_id, user_id, movie_id, rating, rated_at
),
top as (
  select greatest(
    coalesce((select max(rating_id) from raw_db.ratings), 0),
    coalesce((select max(first_id + n_rows - 1) from raw_db.sources), 0),
    coalesce((select max(last_id) from ops_db.batch_ranges where lane <> 'unparsable'), 0)
  ) as rating_id
)
insert into raw_db.ratings (rating_id, lane, user_id, movie_id, rating, rated_at)
select
  top.rating_id + row_number() over (order by taken.inbox_id),
  'live', taken.user_id, taken.movie_id, taken.rating, taken.rated_at
from taken, top
