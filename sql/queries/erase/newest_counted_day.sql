-- One row: the newest day that ratings are counted of; null before any.

select max(day)::text as newest_day from processed_db.movie_days
