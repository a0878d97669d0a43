-- ops_db.model_versions: a version becomes the champion, whatever it was; its figures stay.
--
-- $1  version  text

update ops_db.model_versions set status = 'champion', decided_at = now() where version = $1
