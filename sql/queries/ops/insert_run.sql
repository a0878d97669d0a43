-- ops_db.runs: one row per run; day and kind are unique.
--
-- $1  day            date
-- $2  kind           text
-- $3  manifest_hash  text
-- $4  manifest       text
-- $5  seed           integer
-- $6  pid            integer
-- $7  host           text

insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host)
values ($1, $2, 'running', $3, $4, $5, $6, $7)
returning *
