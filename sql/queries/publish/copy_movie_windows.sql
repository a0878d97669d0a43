-- One row per movie rated in the year before the newest rating, as binary COPY: its ratings of the last 7, 30, 90 and
-- 365 days, and of the 28 days before the last 7.

copy (
  with newest as (
    select max(day) as day from processed_db.movie_days
  ),
  aged as (
    select d.movie_id, d.n_ratings, newest.day - d.day as age
    from processed_db.movie_days d
    cross join newest
    where d.day > newest.day - 365
  )
  select
    movie_id,
    coalesce(sum(n_ratings) filter (where age < 7), 0)::integer,
    coalesce(sum(n_ratings) filter (where age < 30), 0)::integer,
    coalesce(sum(n_ratings) filter (where age < 90), 0)::integer,
    sum(n_ratings)::integer,
    coalesce(sum(n_ratings) filter (where age between 7 and 34), 0)::integer
  from aged
  group by movie_id
) to stdout with (format binary)
