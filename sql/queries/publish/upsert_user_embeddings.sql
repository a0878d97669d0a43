-- processed_db.user_embeddings: one row per staged vector; one that is there is replaced.

insert into processed_db.user_embeddings (version, user_id, embedding)
select version, id, embedding from staged_embeddings
on conflict (version, user_id) do update set embedding = excluded.embedding
