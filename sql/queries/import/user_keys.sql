-- raw_db.user_keys: one row per known text, in order of user_id.

select user_id as id, key
from raw_db.user_keys
order by user_id
