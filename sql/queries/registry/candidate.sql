-- The newest version that no gate has judged: at most one row.

select * from ops_db.model_versions where status = 'candidate' order by created_at desc, version limit 1
