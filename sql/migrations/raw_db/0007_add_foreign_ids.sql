-- raw_db: ids of other data sets, and ratings that come late.

-- Data sets of several editions, and ratings that come late.

-- MovieLens 1M numbers occupations, 100K names them.
alter table raw_db.users alter column occupation type text;
comment on table raw_db.users is 'One row per user with demographics (MovieLens 1M and 100K have them), as received.';

alter table raw_db.sources add column n_known bigint not null default 0;
comment on column raw_db.sources.n_known is
  'parsable ratings of the file that the archive held already, exactly, and that were therefore left out';
comment on column raw_db.sources.n_rows is
  'parsable ratings of the file less n_known; they get rating_id first_id … first_id + n_rows - 1 in time order';

-- A rating is late when its rated_at is before late_before of its batch and lane. No column of the lake: late rows are
-- few, and a flag on 32M rows costs more than these three on a range.
alter table ops_db.batch_ranges
  add column newest_rated_at timestamptz,
  add column late_before timestamptz,
  add column n_late bigint not null default 0;
comment on column ops_db.batch_ranges.newest_rated_at is
  'the greatest rated_at that the batch brought into the lake by this lane, the run''s start at most; null: none, or not clean';
comment on column ops_db.batch_ranges.late_before is
  'the greatest newest_rated_at of earlier batches (import lane; for live ratings both lanes): what is older came late';

update ops_db.batch_ranges range
set newest_rated_at = lake.newest
from (
  select batch_id, lane, max(rated_at) as newest from data_lake_db.ratings group by batch_id, lane
) lake
where lake.batch_id = range.batch_id and lake.lane = range.lane;

create view data_lake_db.late_ratings as
select l.rating_id, l.batch_id, l.lane, l.user_id, l.movie_id, l.rating, l.rated_at, r.late_before
from ops_db.batch_ranges r
join data_lake_db.ratings l
  on l.rating_id between r.first_id and r.last_id
  and l.batch_id = r.batch_id and l.lane = r.lane and l.rated_at < r.late_before
where r.n_late > 0;
comment on view data_lake_db.late_ratings is
  'One row per rating of the lake that came late: older than what earlier batches had taken (see batch_ranges.late_before).';

-- Data sets of any kind, by a mapping of their columns.

create table raw_db.source_mappings (
  source_id    integer not null,
  as_written   jsonb not null,
  is_implicit  boolean not null,
  scale_min    double precision,
  scale_max    double precision,
  constraint source_mappings_pkey primary key (source_id),
  constraint source_mappings_source_fkey foreign key (source_id) references raw_db.sources,
  constraint source_mappings_scale_in_order check (scale_min < scale_max)
);
comment on table raw_db.source_mappings is
  'One row per source whose columns the manifest maps. raw_db.ratings keeps its ratings as received; clean maps them.';
comment on column raw_db.source_mappings.is_implicit is
  'rows are interactions: rating is 1 in raw_db, 5 in data_lake_db, and says nothing in either';
comment on column raw_db.source_mappings.scale_min is
  'clean maps scale_min … scale_max to 0.5 … 5, to the nearest half star (up from the middle); null: no mapping';

create function raw_db.stars(
  rating double precision,
  is_implicit boolean,
  scale_min double precision,
  scale_max double precision
) returns double precision
language sql immutable parallel safe
return case
  when is_implicit then 5
  when scale_min is null or rating in ('NaN', 'Infinity', '-Infinity') then rating
  when rating not between scale_min and scale_max then 0
  else 0.5 + floor(9 * (rating - scale_min) / (scale_max - scale_min) + 0.5) / 2
end;
comment on function raw_db.stars is
  'A rating on the lake''s scale, by what raw_db.source_mappings says of its source (nulls: nothing). A source''s own '
  'scale is mapped in a straight line to the nearest half star, up from the middle; what is off it is off the lake''s as '
  'well (0). An interaction counts as 5, which is the same for all and says nothing.';

-- Erasing a person takes their key, too: it is what they are known by outside, and nothing else here is.
create table raw_db.user_keys (
  user_id integer not null,
  key     text not null,
  constraint user_keys_pkey primary key (user_id),
  constraint user_keys_key_key unique (key)
);
comment on table raw_db.user_keys is
  'One row per user whose id in the data set is a text: the number that stands for it, forever. Empty: ids are numbers.';

create table raw_db.movie_keys (
  movie_id integer not null,
  key      text not null,
  constraint movie_keys_pkey primary key (movie_id),
  constraint movie_keys_key_key unique (key)
);
comment on table raw_db.movie_keys is
  'One row per movie whose id in the data set is a text: the number that stands for it, forever. Empty: ids are numbers.';
