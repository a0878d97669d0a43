-- One row: a text that changes whenever the answer of copy_newer_ratings may have changed.
--
-- The inbox is told by count and sum of its ids, as ids that were allocated early may commit late.

select concat_ws(
  ' ',
  coalesce((select max(batch_id) from ops_db.batches), -1),
  (select count(*) from ops_db.batch_stages where task = 'clean'),
  (select max(rating_id) from raw_db.ratings where lane = 'live'),
  (select count(*) || '/' || coalesce(sum(inbox_id), 0) from raw_db.inbox)
) as mark
