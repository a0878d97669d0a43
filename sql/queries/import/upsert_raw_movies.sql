-- raw_db.movies: one row per movie, as received; a newer edition's row replaces an older one's.
--
-- $1  movie_ids  integer[]  each once
-- $2  titles     text[]
-- $3  genres     text[]     joined by |

insert into raw_db.movies (movie_id, title, genres)
select * from unnest($1::integer[], $2::text[], $3::text[])
on conflict (movie_id) do update set title = excluded.title, genres = excluded.genres
