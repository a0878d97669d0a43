-- raw_db.unparsable: without the lines of erased_rows.

delete from raw_db.unparsable u using erased_rows e where e.lane = 'unparsable' and u.unparsable_id = e.raw_id
