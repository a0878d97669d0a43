-- ops_db.batches: less the rows of erased_rows that each of them took.

update ops_db.batches b
set n_ratings = b.n_ratings - gone.n
from (select batch_id, count(*) as n from erased_rows where batch_id is not null group by batch_id) gone
where b.batch_id = gone.batch_id
