-- raw_db.sources: notes the next chunk of ratings; touches no row when somebody else has moved on meanwhile.
--
-- $1  source_id  integer
-- $2  n_copied   bigint   rows in before
-- $3  n_chunk    bigint   rows that this transaction adds

update raw_db.sources
set n_copied = n_copied + $3
where source_id = $1 and n_copied = $2
