-- One row per model version whose file is there: the file that holds it.

select artifact from ops_db.model_versions where pruned_at is null
