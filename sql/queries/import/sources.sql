-- raw_db.sources: one row per ratings file that was registered, oldest first.

select source_id, sha256, name, edition, is_sample, n_rows, n_copied, first_id, imported_at, n_known
from raw_db.sources
order by source_id
