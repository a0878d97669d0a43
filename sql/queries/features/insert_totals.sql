-- processed_db.rating_totals: its one row.
--
-- $1  n_ratings   bigint
-- $2  rating_sum  double precision

insert into processed_db.rating_totals (n_ratings, rating_sum) values ($1, $2)
