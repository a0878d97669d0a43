-- One row per model version: the file that holds it.

select artifact from ops_db.model_versions
