-- The model version that a name means, while its artifact is kept: at most one row.
--
-- $1  name  text  a version, or the name of a model: of that one the champion, else the newest

select version, model, artifact
from ops_db.model_versions
where (version = $1 or model = $1) and pruned_at is null
order by version = $1 desc, status = 'champion' desc, created_at desc, version desc
limit 1
