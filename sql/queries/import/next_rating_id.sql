-- One row: the first rating_id that neither has nor is promised to a row.
--
-- A registered source owns its whole range of ids from the start, also while it is being copied; what a batch has taken is
-- never given again, be its rows erased or not.

select greatest(
  coalesce((select max(rating_id) from raw_db.ratings), 0),
  coalesce((select max(first_id + n_rows - 1) from raw_db.sources), 0),
  coalesce((select max(last_id) from ops_db.batch_ranges where lane <> 'unparsable'), 0)
) + 1 as next_id
