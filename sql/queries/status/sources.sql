-- One row per ratings file of the archive, oldest first.

select * from raw_db.sources order by source_id
