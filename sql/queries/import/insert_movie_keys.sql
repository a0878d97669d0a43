-- raw_db.movie_keys: one row per new text.
--
-- $1  movie_ids  integer[]
-- $2  keys       text[]

insert into raw_db.movie_keys (movie_id, key)
select * from unnest($1::integer[], $2::text[])
