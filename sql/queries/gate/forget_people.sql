-- ops_db.judgements: the people that judgements before a day were about.
--
-- $1  day  date

update ops_db.judgements j
set n_ratings = null, is_cold = null
from ops_db.runs r
where r.run_id = j.run_id and r.day < $1::date and j.n_ratings is not null
