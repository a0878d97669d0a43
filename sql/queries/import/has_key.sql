-- One row: does raw_db.ratings have its key?

select exists (
  select from pg_constraint where conname = 'ratings_pkey' and conrelid = 'raw_db.ratings'::regclass
) as has_key
