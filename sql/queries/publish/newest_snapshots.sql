-- One row per snapshot file that was published, newest first.
--
-- $1  n  integer

select snapshot
from ops_db.publications
where status = 'published'
group by snapshot
order by max(publication_id) desc
limit $1
