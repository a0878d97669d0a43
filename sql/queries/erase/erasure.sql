-- An erasure: at most one row. is_subject: whether a receipt of these two parts is its own.
--
-- $1  erasure_id  integer
-- $2  salt        text     null: no receipt
-- $3  user_id     integer

select
  erasure_id, subject_hash, counts, erased_at, settled_at, user_id is not null as is_in_snapshots,
  coalesce(subject_hash = ops_db.subject_hash($2::text, $3::integer), false) as is_subject
from ops_db.erasures
where erasure_id = $1::integer
