-- Count and sum of all current ratings; no row before the first batch.

select n_ratings, rating_sum from processed_db.rating_totals
