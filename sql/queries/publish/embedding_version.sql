-- Through which batch, and with which mean, the vectors of a model version were computed: at most one row.
--
-- $1  version  text

select batch_id, mean from processed_db.embedding_versions where version = $1
