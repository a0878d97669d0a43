-- One row per number up to $1.
--
-- $1  up_to  integer

select generate_series(1, $1::integer) as n
