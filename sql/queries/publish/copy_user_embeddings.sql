-- processed_db.user_embeddings: one row per model version and user, as binary COPY.

copy processed_db.user_embeddings (version, user_id, embedding) from stdin with (format binary)
