-- The snapshot that was published last: at most one row.

select snapshot, version
from ops_db.publications
where status = 'published'
order by publication_id desc
limit 1
