-- ops_db.model_versions: makes room for the next champion.

update ops_db.model_versions set status = 'retired' where status = 'champion'
