-- One row: texts of which one changes whenever something that is newer than a snapshot may have changed.
--
-- inbox: count and sum of its ids, as ids that were allocated early may commit late. archive: everything else.

select
  concat_ws(
    ' ',
    coalesce((select max(batch_id) from ops_db.batches), -1),
    (select count(*) from ops_db.batch_stages where task = 'clean'),
    (select max(rating_id) from raw_db.ratings where lane = 'live'),
    (select count(*) || '/' || coalesce(sum(erasure_id), 0) from ops_db.erasures where user_id is not null),
    (select count(*) || '/' || coalesce(max(hidden_at)::text, '') from raw_db.hidden_movies)
  ) as archive,
  (select count(*) || '/' || coalesce(sum(inbox_id), 0) from raw_db.inbox) as inbox,
  (select coalesce(max(inbox_id), 0) from raw_db.inbox) as inbox_last
