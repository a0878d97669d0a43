-- Takes 20 ms of the server's time, so that a loop does not spin.

select pg_sleep(0.02)
