-- staged_embeddings: makes room for the next kind of vectors.

truncate staged_embeddings
