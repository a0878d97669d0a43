-- One row: cancels what a server process runs now.
--
-- $1  pid  integer

select pg_cancel_backend($1) as is_cancelled
