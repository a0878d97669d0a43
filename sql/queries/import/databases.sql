-- One row per database of the server that is named so, or begins so.
--
-- $1  prefix  text

select datname as name
from pg_database
where starts_with(datname, $1)
