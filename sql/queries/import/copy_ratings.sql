-- raw_db.ratings: one row per rating of the import lane, as received, in time order; binary rows from
-- tasks/import/binary_rows.ts.

copy raw_db.ratings (rating_id, lane, user_id, movie_id, rating, rated_at, source_id, source_line)
from stdin (format binary)
