-- processed_db: what models and the server read. Sums and counts, so that a day adds a delta.

create schema if not exists processed_db;

create table processed_db.rating_totals (
  is_only    boolean not null default true,
  n_ratings  bigint not null,
  rating_sum double precision not null,
  constraint rating_totals_pkey primary key (is_only),
  constraint rating_totals_single_row check (is_only)
);
comment on table processed_db.rating_totals is 'One row in all: count and sum of every current rating.';

create table processed_db.user_features (
  user_id      integer not null,
  n_ratings    integer not null,
  rating_sum   double precision not null,
  genre_counts integer[] not null,
  genre_sums   double precision[] not null,
  constraint user_features_pkey primary key (user_id)
);
comment on table processed_db.user_features is
  'One row per user with a clean rating: counts and sums, overall and per genre (position = genre_id).';

create table processed_db.movie_features (
  movie_id    integer not null,
  n_ratings   integer not null,
  rating_sum  double precision not null,
  constraint movie_features_pkey primary key (movie_id)
);
comment on table processed_db.movie_features is 'One row per movie with a clean rating: count and sum.';

create table processed_db.movie_embeddings (
  version    text not null,
  movie_id   integer not null,
  embedding  real[] not null,
  constraint movie_embeddings_pkey primary key (version, movie_id)
);
comment on table processed_db.movie_embeddings is 'One row per model version and movie: unit vector of the movie tower.';

create table processed_db.user_embeddings (
  version    text not null,
  user_id    integer not null,
  embedding  real[] not null,
  constraint user_embeddings_pkey primary key (version, user_id)
);
comment on table processed_db.user_embeddings is 'One row per model version and user: unit vector of the user tower.';
