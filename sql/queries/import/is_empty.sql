-- One row: does the archive hold no rating at all?

select not exists (select from raw_db.ratings) as is_empty
