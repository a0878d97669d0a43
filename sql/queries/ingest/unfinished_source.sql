-- raw_db.sources: the oldest file that is not imported whole; no row when all are.

select name, n_copied, n_rows
from raw_db.sources
where imported_at is null
order by first_id
limit 1
