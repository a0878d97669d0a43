-- One row: the session that holds the advisory lock of this database.

select pid from pg_locks
where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
