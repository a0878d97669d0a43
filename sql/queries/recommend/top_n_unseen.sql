-- One row per recommended movie, best first: the champion's top n that the user has not seen.
--
-- $1  user_id  integer
-- $2  n        integer
--
-- Score = cosine of user and movie embedding (both of length 1): the served score rises with it. Without pgvector.

with query as (
  select e.version, e.embedding
  from processed_db.user_embeddings e
  join ops_db.model_versions v using (version)
  where v.status = 'champion' and e.user_id = $1
),
scored as (
  select
    m.movie_id,
    (select sum(q::float8 * e::float8) from unnest(query.embedding, m.embedding) as pair (q, e)) as cosine
  from query
  join processed_db.movie_embeddings m using (version)
  where m.movie_id not in (select movie_id from data_lake_db.seen_movies where user_id = $1)
)
select row_number() over (order by cosine desc, movie_id)::integer as rank, movie_id, title, year, cosine
from scored
join data_lake_db.movies using (movie_id)
order by cosine desc, movie_id
limit $2
