-- The unparsable lines since the last batch: one row, or none. Lines of a source still being imported wait.

select min(unparsable_id) as first_id, max(unparsable_id) as last_id, count(*) as n_rows
from raw_db.unparsable
where unparsable_id > (select coalesce(max(last_id), -1) from ops_db.batch_ranges where lane = 'unparsable')
  and unparsable_id < all (
    select open.unparsable_id
    from raw_db.unparsable open
    join raw_db.sources using (source_id)
    where sources.imported_at is null
  )
having count(*) > 0
