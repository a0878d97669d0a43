-- ops_db.model_versions: candidates that a newer one has overtaken before any gate judged them.
--
-- $1  version  text  the newer one

update ops_db.model_versions
set status = 'retired', decided_at = now()
where status = 'candidate' and version <> $1
