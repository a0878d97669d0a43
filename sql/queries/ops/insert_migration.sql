-- ops_db.migrations: one row per applied migration; touches no row when it is there already.
--
-- $1  number  integer
-- $2  name    text

insert into ops_db.migrations (number, name)
values ($1, $2)
on conflict (number) do nothing
