-- One model version.
--
-- $1  version  text

select * from ops_db.model_versions where version = $1
