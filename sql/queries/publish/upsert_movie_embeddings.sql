-- processed_db.movie_embeddings: one row per staged vector; one that is there is replaced.

insert into processed_db.movie_embeddings (version, movie_id, embedding)
select version, id, embedding from staged_embeddings
on conflict (version, movie_id) do update set embedding = excluded.embedding
