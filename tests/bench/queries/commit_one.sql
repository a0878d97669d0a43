-- bench_commits: one row, and a commit that waits for the disk.
--
-- $1  user_id   integer
-- $2  movie_id  integer
-- $3  rating    real

insert into bench_commits (user_id, movie_id, rating) values ($1, $2, $3)
