-- One row: the number of this session.

select pg_backend_pid() as pid
