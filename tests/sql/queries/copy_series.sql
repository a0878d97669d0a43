-- One row per number 1 … n, with {n} where it is odd and {n, -n} where it is even, as binary COPY.
--
-- settings: n

copy (
  select i, case when i % 2 = 0 then array[i, -i] else array[i] end
  from generate_series(1, current_setting('matinee.n')::integer) i
) to stdout with (format binary)
