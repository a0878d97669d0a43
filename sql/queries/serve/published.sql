-- One row per published snapshot, newest first, the last few: an older one stands in for a damaged newer one.

select publication_id, snapshot, sha256
from ops_db.publications
where status = 'published'
order by publication_id desc
limit 5
