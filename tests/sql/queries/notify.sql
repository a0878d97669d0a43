-- Says $1 to whoever listens on the channel test.
--
-- $1  payload  text

select pg_notify('test', $1)
