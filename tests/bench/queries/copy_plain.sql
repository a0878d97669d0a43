-- plain: one row per rating, as tasks/import/binary_rows.ts writes them.

copy plain (rating_id, lane, user_id, movie_id, rating, rated_at, source_id, source_line)
from stdin (format binary)
