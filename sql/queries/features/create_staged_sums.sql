-- staged_sums: what a batch adds, one row per chunk of it and user, movie, or user and genre; gone when its
-- transaction ends.

create temporary table staged_sums (
  kind       text not null,
  id         integer not null,
  genre_id   smallint,
  n          integer not null,
  rating_sum double precision not null
) on commit drop
