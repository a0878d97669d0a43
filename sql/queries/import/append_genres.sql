-- data_lake_db.genres: one row per new genre, behind those that are known.
--
-- $1  names  text[]  in the order in which they get their places

insert into data_lake_db.genres (genre_id, name)
select (select count(*) from data_lake_db.genres) + place - 1, name
from unnest($1::text[]) with ordinality as added (name, place)
