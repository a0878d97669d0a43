-- The movies that a user rated highest, the least rated by others first among equals: they say most about taste.
--
-- $1  user_id  integer
-- $2  n        integer

select m.title, m.year, r.rating
from data_lake_db.current_ratings r
join data_lake_db.movies m using (movie_id)
join processed_db.movie_features f using (movie_id)
where r.user_id = $1
order by r.rating desc, f.n_ratings, r.movie_id
limit $2
