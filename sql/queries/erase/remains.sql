-- One row per table that may name a person: how many of its rows do, counted anew.
--
-- $1  user_id  integer

select 'raw_db.ratings' as table_name, count(*) as n from raw_db.ratings where user_id = $1::integer
union all
select 'raw_db.unparsable', count(*) from raw_db.unparsable
where raw_db.first_field(line) =
  coalesce((select key from raw_db.user_keys where user_id = $1::integer), $1::text)
union all
select 'raw_db.inbox', count(*) from raw_db.inbox where user_id = $1::integer
union all
select 'raw_db.users', count(*) from raw_db.users where user_id = $1::integer
union all
select 'raw_db.user_keys', count(*) from raw_db.user_keys where user_id = $1::integer
union all
select 'raw_db.hidden_movies', count(*) from raw_db.hidden_movies where user_id = $1::integer
union all
select 'data_lake_db.ratings', count(*) from data_lake_db.ratings where user_id = $1::integer
union all
select 'data_lake_db.rejects', count(*) from data_lake_db.rejects
where reason <> 'unparsable' and (raw_row ->> 'user_id')::integer = $1::integer
union all
select 'processed_db.user_features', count(*) from processed_db.user_features where user_id = $1::integer
union all
select 'processed_db.user_embeddings', count(*) from processed_db.user_embeddings where user_id = $1::integer
union all
select 'ops_db.feedback', count(*) from ops_db.feedback where user_id = $1::integer
union all
select 'ops_db.idempotency_keys', count(*) from ops_db.idempotency_keys where $1::integer = any(user_ids)
union all
select 'ops_db.check_results', count(*) from ops_db.check_results
where examples @> jsonb_build_array(jsonb_build_object('user_id', $1::integer))
order by table_name
