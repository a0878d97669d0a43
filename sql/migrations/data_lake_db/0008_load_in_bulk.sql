-- data_lake_db: what the bootstrap of a large archive needs.

-- The first batch is loaded into a table of its own, without locks on this one, without WAL where the server allows it,
-- and indexed in one go; then that table takes this one's place. Views are written down by their tables' identities, so
-- they are made again; they are locked first, as readers come to them first.
create function data_lake_db.replace_ratings() returns void
language plpgsql
set search_path = pg_catalog
as $$
declare
  view_names text[];
  definitions text[];
  grants text[];
  table_comment text := obj_description('data_lake_db.ratings'::regclass, 'pg_class');
begin
  select array_agg(format('%I.%I', nspname, relname) order by oid), array_agg(pg_get_viewdef(oid) order by oid)
  into view_names, definitions
  from (
    select distinct c.oid, n.nspname, c.relname
    from pg_depend d
    join pg_rewrite r on r.oid = d.objid
    join pg_class c on c.oid = r.ev_class
    join pg_namespace n on n.oid = c.relnamespace
    where d.classid = 'pg_rewrite'::regclass and d.refobjid = 'data_lake_db.ratings'::regclass
  ) views;
  select array_agg(format('grant %s on data_lake_db.ratings to %s', privilege_type, case when grantee = 0 then 'public' else quote_ident(grantee::regrole::text) end))
  into grants
  from pg_class, aclexplode(relacl)
  where pg_class.oid = 'data_lake_db.ratings'::regclass and grantee <> relowner;

  for i in 1 .. coalesce(cardinality(view_names), 0) loop
    execute format('create or replace view %s as %s', view_names[i], definitions[i]);
  end loop;
  lock table data_lake_db.ratings in access exclusive mode;
  if exists (select from data_lake_db.ratings) then
    raise exception 'Cannot put the loaded ratings in place of data_lake_db.ratings as it holds some by now';
  end if;

  alter table data_lake_db.ratings rename to emptied_ratings;
  alter table data_lake_db.loaded_ratings rename to ratings;
  for i in 1 .. coalesce(cardinality(view_names), 0) loop
    execute format('create or replace view %s as %s', view_names[i], definitions[i]);
  end loop;
  drop table data_lake_db.emptied_ratings;
  alter table data_lake_db.ratings add constraint ratings_pkey primary key using index loaded_ratings_pkey;
  alter index data_lake_db.loaded_ratings_by_user_movie rename to ratings_by_user_movie;
  execute format('comment on table data_lake_db.ratings is %L', table_comment);
  for i in 1 .. coalesce(cardinality(grants), 0) loop
    execute grants[i];
  end loop;
end
$$;
comment on function data_lake_db.replace_ratings() is
  'Puts data_lake_db.loaded_ratings, indexed, in the place of data_lake_db.ratings, which must be empty.';
