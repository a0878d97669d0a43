-- ops_db.publications: one row per snapshot handed to the server.
--
-- $1  run_id    integer
-- $2  version   text     null: popularity alone
-- $3  batch_id  integer
-- $4  snapshot  text     path below the artifact folder
-- $5  sha256    text

insert into ops_db.publications (run_id, version, batch_id, snapshot, sha256, status)
values ($1, $2, $3, $4, $5, 'publishing')
returning publication_id, now() as published_at
