-- plain_lake: one row per raw rating, as the lake has them, without a check of any.

insert into plain_lake (rating_id, batch_id, lane, user_id, movie_id, rating, rated_at)
select rating_id, 0, lane, user_id, movie_id, rating, rated_at
from raw_db.ratings
order by rating_id
