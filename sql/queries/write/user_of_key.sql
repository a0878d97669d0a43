-- The number of each of these people by what the data set calls them; who is new gets the next one. No row for one whom
-- another statement is just adding: ask again.
--
-- $1  keys  text  a JSON array
--
-- An import that numbers its people at the same moment fails on the key, whole, and goes well the next time.

with asked as (
  select distinct key from jsonb_array_elements_text(($1::text)::jsonb) as given (key)
),
top as (
  select greatest(
    (select max(user_id) from raw_db.user_keys),
    (select max(user_id) from raw_db.inbox),
    (select max(user_id) from raw_db.ratings where lane = 'live'),
    (select max(user_id) from ops_db.erasures),
    0
  ) as user_id
),
made as (
  insert into raw_db.user_keys (user_id, key)
  select top.user_id + row_number() over (order by key), key
  from asked, top
  where not exists (select from raw_db.user_keys known where known.key = asked.key)
  on conflict do nothing
  returning user_id, key
)
select user_id, key from made
union all
select known.user_id, known.key from raw_db.user_keys known join asked using (key)
