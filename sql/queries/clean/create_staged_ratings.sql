-- staged_ratings: one row per raw rating of the batch being cleaned; gone when its transaction ends.

create temporary table staged_ratings (
  rating_id bigint not null,
  lane      text not null,
  user_id   integer not null,
  movie_id  integer not null,
  rating    real,
  rated_at  timestamptz,
  reason    text,
  detail    text,
  replaces  real,
  is_stale  boolean not null default false
) on commit drop
