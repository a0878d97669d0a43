-- The raw ratings behind id last_id and, before it, one in one_in and the first of each user and movie, as binary COPY.
--
-- settings: last_id, one_in

copy (
  with firsts as (
    select min(rating_id) as rating_id
    from raw_db.ratings
    where rating_id <= current_setting('matinee.last_id')::bigint
    group by user_id
    union
    select min(rating_id)
    from raw_db.ratings
    where rating_id <= current_setting('matinee.last_id')::bigint
    group by movie_id
  )
  select * from raw_db.ratings
  where rating_id > current_setting('matinee.last_id')::bigint
    or rating_id % current_setting('matinee.one_in')::bigint = 0
  union
  select r.* from firsts join raw_db.ratings r using (rating_id)
  order by rating_id
) to stdout with (format binary)
