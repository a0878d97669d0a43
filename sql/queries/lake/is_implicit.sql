-- One row: whether all that was imported are interactions, without ratings.

select coalesce(bool_and(coalesce(m.is_implicit, false)), false) as is_implicit
from raw_db.sources s
left join raw_db.source_mappings m using (source_id)
