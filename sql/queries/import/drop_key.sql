-- raw_db.ratings: without its key until the first import is in: row by row, the key takes half of a COPY's time.

alter table raw_db.ratings drop constraint if exists ratings_pkey
