-- processed_db.movie_embeddings: one row per model version and movie, as binary COPY.

copy processed_db.movie_embeddings (version, movie_id, embedding) from stdin with (format binary)
