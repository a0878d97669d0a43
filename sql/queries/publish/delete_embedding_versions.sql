-- processed_db.embedding_versions: drops the versions that are neither kept nor $1.
--
-- $1  version  text
-- $2  kept     text  a JSON array: versions whose rows stay

delete from processed_db.embedding_versions
where version <> $1 and version not in (select jsonb_array_elements_text(($2::text)::jsonb))
