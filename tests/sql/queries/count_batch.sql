-- One row: how many ratings of batch $1 the lake has.

select count(*) as n from data_lake_db.ratings where batch_id = $1
