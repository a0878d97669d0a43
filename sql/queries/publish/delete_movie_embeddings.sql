-- processed_db.movie_embeddings: makes room for version $1 anew, and drops what is neither kept nor it.
--
-- $1  version  text
-- $2  kept     text  a JSON array: versions whose rows stay

delete from processed_db.movie_embeddings
where version = $1 or version not in (select jsonb_array_elements_text(($2::text)::jsonb))
