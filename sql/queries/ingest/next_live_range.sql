-- The live lane's ids since the last batch: one row, or none.

select min(rating_id) as first_id, max(rating_id) as last_id, count(*) as n_rows
from raw_db.ratings
where lane = 'live'
  and rating_id > (select coalesce(max(last_id), -1) from ops_db.batch_ranges where lane = 'live')
having count(*) > 0
