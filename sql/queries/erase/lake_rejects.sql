-- data_lake_db.rejects: without the rows of erased_rows.

delete from data_lake_db.rejects j using erased_rows e where j.lane = e.lane and j.raw_id = e.raw_id
