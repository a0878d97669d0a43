-- The champion: at most one row.

select * from ops_db.model_versions where status = 'champion'
