-- One row: ratings of the lake that were older, on arrival, than what earlier batches had taken from their lane.

select coalesce(sum(n_late), 0)::bigint as n from ops_db.batch_ranges
