-- processed_db.rating_totals: less what a person's features say.
--
-- $1  user_id  integer

update processed_db.rating_totals t
set n_ratings = t.n_ratings - u.n_ratings, rating_sum = t.rating_sum - u.rating_sum
from processed_db.user_features u
where u.user_id = $1
