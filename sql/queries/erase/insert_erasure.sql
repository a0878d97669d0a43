-- ops_db.erasures: one row; servers are told.
--
-- $1  user_id    integer
-- $2  salt       text
-- $3  counts     text  a JSON object: rows removed, by table
-- $4  erased_by  text

with erased as (
  insert into ops_db.erasures (subject_hash, user_id, counts, erased_by)
  values (ops_db.subject_hash($2::text, $1::integer), $1::integer, ($3::text)::jsonb, $4::text)
  returning erasure_id, subject_hash, erased_at
)
select erased.*, pg_notify('matinee_ratings', 'erased')::text as told from erased
