-- ops_db.best_score: one row per hold-out metric, the champion's figure.
--
-- $1  metric   text
-- $2  version  text
-- $3  value    double precision
-- $4  run_id   integer

insert into ops_db.best_score (metric, version, value, run_id)
values ($1, $2, $3, $4)
on conflict (metric) do update set version = excluded.version, value = excluded.value, run_id = excluded.run_id
