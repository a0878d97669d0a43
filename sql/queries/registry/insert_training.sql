-- ops_db.trainings: one row per run and model with its settings; trained again, it is replaced.
--
-- $1  run_id   integer
-- $2  spec     text
-- $3  model    text
-- $4  mode     text
-- $5  version  text

insert into ops_db.trainings (run_id, spec, model, mode, version)
values ($1, $2, $3, $4, $5)
on conflict (run_id, spec) do update set mode = excluded.mode, version = excluded.version
