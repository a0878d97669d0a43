-- processed_db.embedding_versions: one row per model version with vectors.
--
-- $1  version   text
-- $2  batch_id  integer
-- $3  mean      double precision

insert into processed_db.embedding_versions (version, batch_id, mean)
values ($1, $2, $3)
on conflict (version) do update set batch_id = excluded.batch_id, mean = excluded.mean
