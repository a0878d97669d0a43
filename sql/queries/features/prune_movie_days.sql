-- processed_db.movie_days: days that no window reaches any more.
--
-- $1  newest day  date

delete from processed_db.movie_days where day <= $1::date - 366
