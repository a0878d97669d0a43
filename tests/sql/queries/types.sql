-- One row: each parameter as it came, and what types it has.
--
-- $1  big      bigint
-- $2  day      date
-- $3  moment   timestamptz
-- $4  weights  real[]
-- $5  names    text[]
-- $6  ids      bigint[]
-- $7  is_so    boolean

select
  $1::bigint as big, $2::date as day, $3::timestamptz as moment, $4::real[] as weights, $5::text[] as names,
  $6::bigint[] as ids, $7::boolean as is_so, '{"a": [1, null]}'::jsonb as document, null::integer as nothing
