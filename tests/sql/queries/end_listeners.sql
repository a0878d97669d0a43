-- Ends the sessions that listen to this database.

select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'
