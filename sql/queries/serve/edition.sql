-- The newest file of the archive: at most one row.

select edition, is_sample from raw_db.sources order by source_id desc limit 1
