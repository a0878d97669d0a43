-- raw_db.sources: one row per ratings file; returns the new one.
--
-- $1  sha256     text
-- $2  name       text     what import is to be given to read it again
-- $3  edition    text
-- $4  is_sample  boolean
-- $5  n_rows     bigint   its parsable ratings less n_known
-- $6  first_id   bigint   rating_id of the first of them
-- $7  n_known    bigint   its ratings that were in before

insert into raw_db.sources (sha256, name, edition, is_sample, n_rows, first_id, n_known)
values ($1, $2, $3, $4, $5, $6, $7)
returning source_id, sha256, name, edition, is_sample, n_rows, n_copied, first_id, imported_at, n_known
