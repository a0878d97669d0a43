-- processed_db.rating_totals: where nobody has rated, there is no row.

delete from processed_db.rating_totals where n_ratings = 0
