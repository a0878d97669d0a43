-- One row per rating that a user of the ratings from the cut on had given before the cut, in arrival order, as binary
-- COPY. The cut is a place in arrival order: right before rating cut_id, which batch cut_batch has in one of its lanes.
--
-- settings: cut_batch, cut_id, last_batch

copy (
  with cut as (
    select batch_id, lane, rating_id
    from data_lake_db.ratings
    where rating_id = current_setting('matinee.cut_id')::bigint
      and batch_id = current_setting('matinee.cut_batch')::integer
  ),
  users as (
    select distinct r.user_id
    from cut
    join ops_db.batch_ranges b
      on b.batch_id between cut.batch_id and current_setting('matinee.last_batch')::integer
    join data_lake_db.ratings r
      on r.batch_id = b.batch_id and r.lane = b.lane and r.rating_id between b.first_id and b.last_id
    where (r.batch_id, r.lane, r.rating_id) >= (cut.batch_id, cut.lane, cut.rating_id)
  )
  select r.user_id, r.movie_id, r.rating
  from cut
  cross join users
  join data_lake_db.ratings r using (user_id)
  where not r.is_stale
    and (r.batch_id, r.lane, r.rating_id) < (cut.batch_id, cut.lane, cut.rating_id)
  order by r.batch_id, r.lane, r.rating_id
) to stdout with (format binary)
