-- ops_db.runs: puts an unfinished run back to work, under the manifest of now.
--
-- $1  run_id         integer
-- $2  manifest_hash  text
-- $3  manifest       text
-- $4  pid            integer
-- $5  host           text
-- $6  graph          text     a JSON object; null: none is kept

update ops_db.runs
set status = 'running', is_told = false, finished_at = null, manifest_hash = $2, manifest = $3, pid = $4, host = $5,
    graph = ($6::text)::jsonb
where run_id = $1
returning *
