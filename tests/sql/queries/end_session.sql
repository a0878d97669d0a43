-- Ends a session, as a crash or an operator would.
--
-- $1  pid  integer

select pg_terminate_backend($1)
