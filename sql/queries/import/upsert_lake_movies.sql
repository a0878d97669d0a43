-- data_lake_db.movies: one row per movie, typed; a newer edition's row replaces an older one's.
--
-- $1  movie_ids  integer[]  each once
-- $2  titles     text[]     as people say them
-- $3  years      smallint[]
-- $4  genre_ids  text[]     array literals: {0,4}
--
-- A movie that features were counted for keeps its genres: processed_db.user_features holds sums per genre, and
-- what was added under one genre cannot be taken back under another.

insert into data_lake_db.movies as known (movie_id, title, year, genre_ids)
select movie_id, title, year, genre_ids::smallint[]
from unnest($1::integer[], $2::text[], $3::smallint[], $4::text[]) as given (movie_id, title, year, genre_ids)
on conflict (movie_id) do update set
  title = excluded.title,
  year = excluded.year,
  genre_ids = case
    when exists (select from processed_db.movie_features f where f.movie_id = known.movie_id) then known.genre_ids
    else excluded.genre_ids
  end
