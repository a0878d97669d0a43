-- One row per column of a table: its type as PostgreSQL names it, with ? where it may be null.

select
  format('%s.%s', n.nspname, c.relname) as "table",
  a.attname as "column",
  format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then '' else '?' end as "type"
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p')
  and n.nspname in ('raw_db', 'data_lake_db', 'processed_db', 'ops_db')
order by 1, a.attnum
