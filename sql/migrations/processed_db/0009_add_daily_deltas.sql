-- processed_db: what keeps a day's work from growing with the archive.

-- Refused rows are counted by batch, every day: without it, each count reads all that were ever refused.
create index rejects_by_batch on data_lake_db.rejects (batch_id);

create table processed_db.embedding_versions (
  version    text not null,
  batch_id   integer not null,
  mean       double precision not null,
  constraint embedding_versions_pkey primary key (version)
);
comment on table processed_db.embedding_versions is
  'One row per model version with vectors here: the newest batch in them, and the running mean they are as of.';
comment on column processed_db.embedding_versions.mean is
  'stars; stays while the running mean is near it, so that a day changes the vectors of its own users and movies only';

-- Asked for one person, each part reads that person's rows, the open batches, or what no batch has taken yet: the
-- parts without the person's index are fenced (offset 0), or their rows would be looked for in the whole archive.
create or replace view data_lake_db.seen_movies as
select user_id, movie_id
from data_lake_db.ratings
union
select user_id, movie_id
from raw_db.inbox
union
select user_id, movie_id
from raw_db.ratings
where lane = 'live'
  and rating_id > (select coalesce(max(last_id), -1) from ops_db.batch_ranges where lane = 'live')
union
select r.user_id, r.movie_id
from (
  select lane, first_id, last_id
  from ops_db.batch_ranges b
  where lane <> 'unparsable'
    and not exists (select from ops_db.batch_stages s where s.batch_id = b.batch_id and s.task = 'clean')
  offset 0
) open
cross join lateral (
  select user_id, movie_id
  from raw_db.ratings
  where lane = open.lane and rating_id between open.first_id and open.last_id
  offset 0
) r;
