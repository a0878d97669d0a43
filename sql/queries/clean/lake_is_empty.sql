-- One row: does the lake hold no rating at all?

select not exists (select from data_lake_db.ratings) as is_empty
