-- One row per number 1 … n, with {n, -n} where 3 divides it and {n} elsewhere, as binary COPY.
--
-- settings: n

copy (
  select i, case when i % 3 = 0 then array[i, -i] else array[i] end
  from generate_series(1, current_setting('matinee.n')::integer) i
) to stdout with (format binary)
