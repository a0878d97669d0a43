-- raw_db: what erasing a person looks things up by.

-- The archive is in time order and people rate in sessions, so a filter of a few hundred bytes for each 64 pages finds
-- their rows in a thousandth of a B-tree's room, and costs writers nothing: pages that are new since the last vacuum or
-- erasure are in no filter, and are read.
create index ratings_by_person on raw_db.ratings
  using brin (user_id int4_bloom_ops (n_distinct_per_range = 1000)) with (pages_per_range = 64);

create function raw_db.first_field(line text) returns text
language sql immutable parallel safe
return regexp_replace(line, '^\s*"?([^,:;|\t"]*).*$', '\1');
comment on function raw_db.first_field is 'Whom a line that is no rating is about: what stands before the first separator.';
