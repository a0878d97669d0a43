-- One row per table and view: its comment.

select format('%s.%s', n.nspname, c.relname) as relation, obj_description(c.oid, 'pg_class') as comment
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm')
  and n.nspname in ('raw_db', 'data_lake_db', 'processed_db', 'ops_db')
order by 1
