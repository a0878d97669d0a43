-- One row per number up to the setting up_to.

copy (select generate_series(1, current_setting('matinee.up_to')::integer)) to stdout
