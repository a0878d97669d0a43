-- One row per user and movie rated after a batch: user, movie and half stars of the last rating, as binary COPY.
--
-- settings: batch_id (the snapshot's; -1: everything that has happened)
--
-- Seen = lake + open batch + live lane + inbox. Imported rows that no batch has taken have not happened yet. What
-- clean refused is in no lake: a cleaned batch counts by its lake rows, an open one, which has none, by its raw rows.
-- Ranges are read one by one (lateral, offset 0): joined, they cost a scan of the whole lake. Half stars are 0 where
-- the row has no possible rating: clean will refuse it, and until then the movie counts as seen.

copy (
  with newer as (
    select
      r.lane, r.first_id, r.last_id,
      exists (select from ops_db.batch_stages s where s.batch_id = r.batch_id and s.task = 'clean') as is_clean
    from ops_db.batch_ranges r
    where r.batch_id > current_setting('matinee.batch_id')::integer
      and r.lane <> 'unparsable'
  ), rated as (
    select l.user_id, l.movie_id, l.rating, l.rated_at, 0 as place, l.rating_id as id
    from newer
    cross join lateral (
      select user_id, movie_id, rating::double precision, rated_at, rating_id
      from data_lake_db.ratings
      where rating_id between newer.first_id and newer.last_id and lane = newer.lane
      offset 0
    ) l
    where newer.is_clean
    union all
    select r.user_id, r.movie_id, r.rating, r.rated_at, 0, r.rating_id
    from newer
    cross join lateral (
      select user_id, movie_id, rating, rated_at, rating_id
      from raw_db.ratings
      where rating_id between newer.first_id and newer.last_id and lane = newer.lane
      offset 0
    ) r
    where not newer.is_clean
    union all
    select r.user_id, r.movie_id, r.rating, r.rated_at, 1, r.rating_id
    from raw_db.ratings r
    where r.lane = 'live'
      and r.rating_id > (select coalesce(max(last_id), -1) from ops_db.batch_ranges where lane = 'live')
    union all
    select i.user_id, i.movie_id, i.rating, i.rated_at, 2, i.inbox_id
    from raw_db.inbox i
  )
  select distinct on (user_id, movie_id)
    user_id, movie_id, case when 2 * rating between 1 and 10 then round(2 * rating) else 0 end::integer as half_stars
  from rated
  order by user_id, movie_id, rated_at desc, place desc, id desc
) to stdout with (format binary)
