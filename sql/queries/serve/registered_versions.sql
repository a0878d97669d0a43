-- Model versions whose artifacts are kept, in the order in which a model's name means them: one row per version.
--
-- All of them, so that a server knows them while PostgreSQL is down: retention keeps few.

select version, model, artifact
from ops_db.model_versions
where pruned_at is null
order by status = 'champion' desc, created_at desc, version desc
