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
