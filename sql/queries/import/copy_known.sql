-- One row per rating of the archive with an id below matinee.before, in order of id, as binary COPY: user, movie, rating,
-- seconds since 1970.

copy (
  select user_id, movie_id, rating, date_part('epoch', rated_at)
  from raw_db.ratings
  where rating_id < current_setting('matinee.before')::bigint
  order by rating_id
) to stdout with (format binary)
