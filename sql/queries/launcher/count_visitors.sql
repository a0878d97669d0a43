-- One row: how many sessions of other programs (psql, a notebook) are connected to the server;
-- Matinee's own begin with "matinee".

select count(*) as n_visitors
from pg_stat_activity
where backend_type = 'client backend'
  and application_name not like 'matinee%'
