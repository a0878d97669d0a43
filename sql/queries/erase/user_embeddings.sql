-- processed_db.user_embeddings: without a person.
--
-- $1  user_id  integer

delete from processed_db.user_embeddings where user_id = $1
