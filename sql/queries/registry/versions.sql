-- One row per model version, newest first.

select version, model, status from ops_db.model_versions order by created_at desc, version
