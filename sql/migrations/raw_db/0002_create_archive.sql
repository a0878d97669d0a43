-- raw_db: the archive, as received. The pipeline never updates or deletes a row of it.

create schema if not exists raw_db;

create table raw_db.sources (
  source_id    integer generated always as identity,
  sha256       text not null,
  name         text not null,
  edition      text not null,
  is_sample    boolean not null default false,
  n_rows       bigint not null,
  n_copied     bigint not null default 0,
  first_id     bigint not null,
  imported_at  timestamptz,
  constraint sources_pkey primary key (source_id),
  constraint sources_sha256_key unique (sha256),
  constraint sources_copied_in_range check (n_copied between 0 and n_rows)
);
comment on table raw_db.sources is
  'One row per ratings file: its hash, its share of the id space, and how much of it is in. imported_at is null until all is.';
comment on column raw_db.sources.n_rows is 'parsable ratings in the file; they get rating_id first_id … first_id + n_rows - 1 in time order';

create table raw_db.ratings (
  rating_id    bigint not null,
  lane         text not null,
  user_id      integer not null,
  movie_id     integer not null,
  rating       double precision not null,
  rated_at     timestamptz not null,
  source_id    integer,
  source_line  integer,
  constraint ratings_pkey primary key (rating_id),
  constraint ratings_lane_known check (lane in ('import', 'live')),
  constraint ratings_import_has_source check ((lane = 'import') = (source_id is not null))
);
-- The live lane is thin: without it, finding the newest live rows reads the whole archive.
create index ratings_live on raw_db.ratings (rating_id) where lane = 'live';
comment on table raw_db.ratings is 'One row per rating received, as received. Imported rows have ids in time order.';

create table raw_db.unparsable (
  unparsable_id bigint generated always as identity,
  source_id     integer not null,
  source_line   integer not null,
  line          text not null,
  reason        text not null,
  constraint unparsable_pkey primary key (unparsable_id),
  constraint unparsable_one_per_line unique (source_id, source_line),
  constraint unparsable_source_fkey foreign key (source_id) references raw_db.sources
);
comment on table raw_db.unparsable is 'One row per input line that is no rating; each becomes a reject.';

create table raw_db.movies (
  movie_id  integer not null,
  title     text not null,
  genres    text not null,
  constraint movies_pkey primary key (movie_id)
);
comment on table raw_db.movies is 'One row per movie, as received: title with its year, genres joined by |.';

create table raw_db.users (
  user_id     integer not null,
  gender      text,
  age         integer,
  occupation  integer,
  zip_code    text,
  constraint users_pkey primary key (user_id)
);
comment on table raw_db.users is 'One row per user with demographics (MovieLens 1M has them).';

create table raw_db.inbox (
  inbox_id    bigint generated always as identity,
  user_id     integer not null,
  movie_id    integer not null,
  rating      double precision not null,
  rated_at    timestamptz not null default now(),
  received_at timestamptz not null default now(),
  constraint inbox_pkey primary key (inbox_id)
);
create index inbox_by_user on raw_db.inbox (user_id);
comment on table raw_db.inbox is 'One row per live rating that no batch has taken yet; ingest drains it into raw_db.ratings.';

create view raw_db.rating_states as
select
  r.*,
  b.batch_id,
  exists (select from ops_db.batch_stages s where s.batch_id = b.batch_id and s.task = 'clean') as is_processed
from raw_db.ratings r
left join ops_db.batch_ranges b on b.lane = r.lane and r.rating_id between b.first_id and b.last_id;
comment on view raw_db.rating_states is 'One row per raw rating: the batch that took it (null: none yet), and whether it is processed.';
