-- raw_db.inbox: one row per posted rating, in their order, and other servers are told; one row comes back: how many went
-- in (0: the key was used before), and what the key was used with. One statement, so that one commit makes it last.
--
-- $1  ratings       text  a JSON array of {user_id, movie_id, rating, rated_at}; rated_at null: now
-- $2  key           text  the request's Idempotency-Key; null: it has none
-- $3  request_hash  text
-- $4  answer        text  a JSON object: what a repeat is answered

with posted as (
  select *
  from rows from (
    jsonb_to_recordset(($1::text)::jsonb)
      as (user_id integer, movie_id integer, rating double precision, rated_at timestamptz)
  ) with ordinality as posted (user_id, movie_id, rating, rated_at, place)
),
claimed as (
  insert into ops_db.idempotency_keys (key, request_hash, answer, user_ids)
  select $2::text, $3::text, ($4::text)::jsonb, (select array_agg(distinct user_id) from posted)
  where $2::text is not null
  on conflict (key) do nothing
  returning key
),
accepted as (
  insert into raw_db.inbox (user_id, movie_id, rating, rated_at)
  select user_id, movie_id, rating, coalesce(rated_at, now())
  from posted
  where $2::text is null or exists (select from claimed)
  order by place
  returning inbox_id
),
counted as (
  select count(*) as n from accepted
),
told as (
  select pg_notify('matinee_ratings', 'inbox') from counted where n > 0
)
select counted.n, known.request_hash, known.answer, (select count(*) from told) as n_told
from counted
left join ops_db.idempotency_keys known on known.key = $2::text
