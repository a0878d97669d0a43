-- One row per user and movie rated after a batch, by user and movie, as binary COPY.
--
-- settings: batch_id (the snapshot's; -1: everything that has happened)
--
-- Seen = lake + open batch + live lane + inbox. Imported rows that no batch has taken have not happened yet. What
-- clean refused is in no lake: a cleaned batch counts by its lake rows, an open one, which has none, by its raw rows.
-- Ranges are read one by one (lateral, offset 0): joined, they cost a scan of the whole lake.

copy (
  with newer as (
    select
      r.lane, r.first_id, r.last_id,
      exists (select from ops_db.batch_stages s where s.batch_id = r.batch_id and s.task = 'clean') as is_clean
    from ops_db.batch_ranges r
    where r.batch_id > current_setting('matinee.batch_id')::integer
      and r.lane <> 'unparsable'
  )
  select l.user_id, l.movie_id
  from newer
  cross join lateral (
    select user_id, movie_id
    from data_lake_db.ratings
    where rating_id between newer.first_id and newer.last_id and lane = newer.lane
    offset 0
  ) l
  where newer.is_clean
  union
  select r.user_id, r.movie_id
  from newer
  cross join lateral (
    select user_id, movie_id
    from raw_db.ratings
    where rating_id between newer.first_id and newer.last_id and lane = newer.lane
    offset 0
  ) r
  where not newer.is_clean
  union
  select r.user_id, r.movie_id
  from raw_db.ratings r
  where r.lane = 'live'
    and r.rating_id > (select coalesce(max(last_id), -1) from ops_db.batch_ranges where lane = 'live')
  union
  select i.user_id, i.movie_id
  from raw_db.inbox i
  order by user_id, movie_id
) to stdout with (format binary)
