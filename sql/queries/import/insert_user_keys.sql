-- raw_db.user_keys: one row per new text.
--
-- $1  user_ids  integer[]
-- $2  keys      text[]

insert into raw_db.user_keys (user_id, key)
select * from unnest($1::integer[], $2::text[])
