-- The newest migration that this database has; no row on a new one.

select number from ops_db.migrations order by number desc limit 1
