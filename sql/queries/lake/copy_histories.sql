-- One row per rating that a user of the ratings from the cut on had given before the cut, in arrival order, as binary
-- COPY. The cut is a place in arrival order: before rating cut_id of batch cut_batch, whose import lane comes first.
--
-- settings: cut_batch, cut_id, last_batch

copy (
  with users as (
    select distinct r.user_id
    from ops_db.batch_ranges b
    join data_lake_db.ratings r
      on r.batch_id = b.batch_id and r.lane = b.lane and r.rating_id between b.first_id and b.last_id
    where b.batch_id between current_setting('matinee.cut_batch')::integer
                         and current_setting('matinee.last_batch')::integer
      and (b.batch_id > current_setting('matinee.cut_batch')::integer
           or r.lane <> 'import'
           or r.rating_id >= current_setting('matinee.cut_id')::bigint)
  )
  select r.user_id, r.movie_id, r.rating
  from users
  join data_lake_db.ratings r using (user_id)
  where not r.is_stale
    and (r.batch_id < current_setting('matinee.cut_batch')::integer
         or r.batch_id = current_setting('matinee.cut_batch')::integer
            and r.lane = 'import'
            and r.rating_id < current_setting('matinee.cut_id')::bigint)
  order by r.batch_id, r.lane, r.rating_id
) to stdout with (format binary)
