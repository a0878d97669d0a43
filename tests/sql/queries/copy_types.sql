-- Three rows: the ends of each type's range, arrays full, short and empty.

copy (
  select i2::int2, i4::int4, i8::int8, f4::float4, f8::float8, a2::int2[], a4::int4[], a8::float8[]
  from (values
    (1, -32768, -2147483648, -9007199254740991, '0.1', '0.1', '{1,-2,3}', '{2147483647,-1}', '{0.5,NaN,-4.5}'),
    (2, 32767, 2147483647, 9007199254740991, 'NaN', 'NaN', '{4}', '{}', '{}'),
    (3, 0, 0, 0, '-Infinity', 'Infinity', '{}', '{7,8,9}', '{1e300}')
  ) as row (place, i2, i4, i8, f4, f8, a2, a4, a8)
  order by place
) to stdout with (format binary)
