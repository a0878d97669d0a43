-- ops_db.feedback: one row per list, movie and event that was not there; raw_db.hidden_movies: what people hide, and other
-- servers are told. All or nothing; one row comes back: how many were new, and which versions nobody trained.
--
-- $1  events  text  a JSON array of {rec_id, user_id, event, movie_id, position, version, variant, occurred_at}

with posted as (
  select *
  from jsonb_to_recordset(($1::text)::jsonb) as posted (
    rec_id text, user_id integer, event text, movie_id integer, position smallint, version text, variant text,
    occurred_at timestamptz
  )
),
unknown as (
  select distinct version
  from posted
  where version is not null
    and not exists (select from ops_db.model_versions known where known.version = posted.version)
),
counted as (
  insert into ops_db.feedback (rec_id, user_id, event, movie_id, position, version, variant, occurred_at)
  select rec_id, user_id, event, movie_id, position, version, variant, coalesce(occurred_at, now())
  from posted
  where not exists (select from unknown)
  on conflict do nothing
  returning feedback_id
),
hidden as (
  insert into raw_db.hidden_movies (user_id, movie_id)
  select distinct user_id, movie_id
  from posted
  where event = 'hide' and not exists (select from unknown)
  on conflict do nothing
  returning movie_id
)
select
  (select count(*) from counted) as n_new,
  (select coalesce(jsonb_agg(version order by version), '[]') from unknown) as unknown_versions,
  (select count(pg_notify('matinee_ratings', 'hidden')) from (select from hidden limit 1) told) as n_told
