-- One row: the server process that runs this transaction.

select pg_backend_pid() as pid
