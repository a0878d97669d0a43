-- One row per rating that a user of a list had given before a cut, in arrival order, as binary COPY. The cut is a
-- place in arrival order: right before rating cut_id, which batch cut_batch has in one of its lanes.
--
-- settings: cut_batch, cut_id, user_ids (an array in PostgreSQL's text form)

copy (
  with cut as (
    select batch_id, lane, rating_id
    from data_lake_db.ratings
    where rating_id = current_setting('matinee.cut_id')::bigint
      and batch_id = current_setting('matinee.cut_batch')::integer
  )
  select r.user_id, r.movie_id, r.rating
  from cut
  join data_lake_db.ratings r
    on (r.batch_id, r.lane, r.rating_id) < (cut.batch_id, cut.lane, cut.rating_id)
  where r.user_id = any(current_setting('matinee.user_ids')::integer[])
    and not r.is_stale
  order by r.batch_id, r.lane, r.rating_id
) to stdout with (format binary)
