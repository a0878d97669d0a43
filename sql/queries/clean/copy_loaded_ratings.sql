-- data_lake_db.loaded_ratings: one row per sound raw rating, binary rows from tasks/polars/validate_rows.ts. Frozen, as
-- nobody saw the table without them: no vacuum has to come back, and scans of an index alone work at once.

copy data_lake_db.loaded_ratings (rating_id, batch_id, lane, user_id, movie_id, rating, rated_at)
from stdin (format binary, freeze)
