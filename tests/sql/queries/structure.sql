-- One row per column, constraint, index and comment of a table, and per view that reads it, as text.
--
-- $1  table  text

select 'column ' || attname || ' ' || format_type(atttypid, atttypmod) || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') as part
from pg_attribute
left join pg_attrdef on adrelid = attrelid and adnum = attnum
where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
union all
select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated
from pg_constraint
where conrelid = $1::text::regclass
union all
select 'index ' || pg_get_indexdef(indexrelid) || ' ' || indisvalid
from pg_index
where indrelid = $1::text::regclass
union all
select 'comment ' || objsubid || ' ' || description
from pg_description
where objoid = $1::text::regclass and classoid = 'pg_class'::regclass
union all
select distinct 'view ' || ev_class::regclass || ' ' || pg_get_viewdef(ev_class) || coalesce(obj_description(ev_class), '')
from pg_depend
join pg_rewrite on pg_rewrite.oid = objid
where refobjid = $1::text::regclass and classid = 'pg_rewrite'::regclass
order by part
