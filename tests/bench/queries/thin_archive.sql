-- raw_db.ratings: thins ids 1 to $1 out to one in $2, but leaves each user and each movie the first of its rows.
--
-- $1  last_id  bigint
-- $2  one_in   integer

with kept as (
  select min(rating_id) as rating_id from raw_db.ratings where rating_id <= $1 group by user_id
  union
  select min(rating_id) from raw_db.ratings where rating_id <= $1 group by movie_id
)
delete from raw_db.ratings r
where rating_id <= $1::bigint
  and rating_id % $2::integer <> 0
  and not exists (select from kept where kept.rating_id = r.rating_id)
