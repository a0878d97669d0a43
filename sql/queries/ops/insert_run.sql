-- ops_db.runs: one row per run; day and kind are unique, of a partial run its slot.
--
-- $1  day            date
-- $2  kind           text
-- $3  manifest_hash  text
-- $4  manifest       text
-- $5  seed           integer
-- $6  pid            integer
-- $7  host           text
-- $8  slot           text     null, but for a partial run
-- $9  graph          text     a JSON object; null: none is kept

insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host, slot, graph)
values ($1, $2, 'running', $3, $4, $5, $6, $7, $8, ($9::text)::jsonb)
returning *
