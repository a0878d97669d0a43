-- ops_db.model_versions: candidates that a newer one has overtaken before any gate judged them.
--
-- $1  versions  text  a JSON array: the newer ones

update ops_db.model_versions
set status = 'retired', decided_at = now()
where status = 'candidate' and version not in (select jsonb_array_elements_text(($1::text)::jsonb))
