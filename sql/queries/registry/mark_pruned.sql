-- ops_db.model_versions: the artifact is about to be removed; the row stays.
--
-- $1  version  text

update ops_db.model_versions set pruned_at = now() where version = $1
