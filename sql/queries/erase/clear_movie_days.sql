-- processed_db.movie_days: nothing, before it is counted anew.

delete from processed_db.movie_days
