-- One row per version that no gate has judged, in order of name.

select * from ops_db.model_versions where status = 'candidate' order by version
