-- One row: a number, and none.

copy (select 1, null::float8) to stdout with (format binary)
