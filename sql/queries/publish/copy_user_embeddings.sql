-- processed_db.user_embeddings: one row per model version and user.

copy processed_db.user_embeddings (version, user_id, embedding) from stdin
