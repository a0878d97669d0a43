-- data_lake_db: typed, validated rows; what was refused keeps its reason.

create schema if not exists data_lake_db;

create table data_lake_db.genres (
  genre_id  smallint not null,
  name      text not null,
  constraint genres_pkey primary key (genre_id),
  constraint genres_name_key unique (name)
);
comment on table data_lake_db.genres is
  'One row per genre; genre_id is its place (from 0, append-only) in every genre array of processed_db.';

create table data_lake_db.movies (
  movie_id  integer not null,
  title     text not null,
  year      smallint,
  genre_ids smallint[] not null,
  constraint movies_pkey primary key (movie_id)
);
comment on table data_lake_db.movies is
  'One row per movie: title as people say it (without the year, article in front), release year, genres in order.';

create table data_lake_db.ratings (
  rating_id   bigint not null,
  batch_id    integer not null,
  lane        text not null,
  user_id     integer not null,
  movie_id    integer not null,
  rating      real not null,
  replaces    real,
  is_stale    boolean not null default false,
  rated_at    timestamptz not null,
  constraint ratings_pkey primary key (rating_id),
  constraint ratings_on_scale check (rating between 0.5 and 5 and rating * 2 = trunc(rating * 2)),
  constraint ratings_stale_replaces_nothing check (not is_stale or replaces is null)
);
-- No foreign key to ops_db.batches: checked row by row it takes 40 % of a bootstrap, and clean holds the batch's row.
create index ratings_by_user_movie on data_lake_db.ratings (user_id, movie_id);
comment on table data_lake_db.ratings is
  'One row per accepted raw rating; append-only. Arrival order is (batch_id, lane, rating_id).';
comment on column data_lake_db.ratings.replaces is
  'on arrival: the user''s then current rating of this movie, which this one replaces; null for a first rating';
comment on column data_lake_db.ratings.is_stale is
  'arrived after a rating of the same movie with a later rated_at: kept, but never current';

create view data_lake_db.current_ratings as
select distinct on (user_id, movie_id)
  rating_id, batch_id, lane, user_id, movie_id, rating, rated_at
from data_lake_db.ratings
order by user_id, movie_id, rated_at desc, rating_id desc;
comment on view data_lake_db.current_ratings is
  'One row per user and movie: the rating with the greatest (rated_at, rating_id).';

create table data_lake_db.rejects (
  lane       text not null,
  raw_id     bigint not null,
  batch_id   integer not null,
  reason     text not null,
  raw_row    jsonb not null,
  constraint rejects_pkey primary key (lane, raw_id),
  constraint rejects_batch_fkey foreign key (batch_id) references ops_db.batches,
  constraint rejects_reason_known check (reason in (
    'rating_not_a_number', 'rating_off_scale', 'unknown_movie', 'impossible_date', 'exact_repeat', 'unparsable'))
);
comment on table data_lake_db.rejects is
  'One row per refused raw row (rating_id, or unparsable_id in lane unparsable) with its reason and the row as received.';

create view data_lake_db.seen_movies as
select user_id, movie_id
from data_lake_db.ratings
union
select user_id, movie_id
from raw_db.inbox
union
select user_id, movie_id
from raw_db.ratings r
where lane = 'live'
  and not exists (
    select from ops_db.batch_ranges b where b.lane = 'live' and r.rating_id between b.first_id and b.last_id
  )
union
select r.user_id, r.movie_id
from ops_db.batch_ranges b
join raw_db.ratings r on r.lane = b.lane and r.rating_id between b.first_id and b.last_id
where not exists (select from ops_db.batch_stages s where s.batch_id = b.batch_id and s.task = 'clean');
comment on view data_lake_db.seen_movies is
  'One row per user and movie that they rated: lake, batches still open, live lane and inbox. Imported rows that no '
  'batch has taken have not happened yet.';
