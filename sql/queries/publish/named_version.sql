-- The version that serving settings name, as long as its artifact is kept: at most one row.
--
-- $1  name  text  champion, a model's name (the champion where it is one, else the newest), or a version

select version, model, artifact
from ops_db.model_versions
where pruned_at is null
  and (version = $1 or model = $1 or $1 = 'champion' and status = 'champion')
order by status = 'champion' desc, run_id desc, created_at desc, version
limit 1
