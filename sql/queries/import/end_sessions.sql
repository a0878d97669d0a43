-- Ends every other session in a database; one row each.
--
-- $1  name  text

select pg_terminate_backend(pid)
from pg_stat_activity
where datname = $1 and pid <> pg_backend_pid()
