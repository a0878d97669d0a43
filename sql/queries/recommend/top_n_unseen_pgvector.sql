-- One row per recommended movie, best first: what top_n_unseen answers, by pgvector's inner product.
--
-- $1  user_id  integer
-- $2  n        integer

with query as (
  select e.version, e.embedding::vector as embedding
  from processed_db.user_embeddings e
  join ops_db.model_versions v using (version)
  where v.status = 'champion' and e.user_id = $1
),
scored as (
  select m.movie_id, -(query.embedding <#> m.embedding::vector) as cosine
  from query
  join processed_db.movie_embeddings m using (version)
  where m.movie_id not in (select movie_id from data_lake_db.seen_movies where user_id = $1)
)
select row_number() over (order by cosine desc, movie_id)::integer as rank, movie_id, title, year, cosine
from scored
join data_lake_db.movies using (movie_id)
order by cosine desc, movie_id
limit $2
