-- staged_embeddings: one row per model version and user or movie, as binary COPY.

copy staged_embeddings (version, id, embedding) from stdin with (format binary)
