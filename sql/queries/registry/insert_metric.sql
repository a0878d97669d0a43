-- ops_db.model_metrics: one row per run, scorer, protocol, slice and metric; measured again, it is replaced.
--
-- $1  run_id    integer
-- $2  version   text
-- $3  protocol  text
-- $4  slice     text
-- $5  metric    text
-- $6  value     double precision
-- $7  n         bigint

insert into ops_db.model_metrics (run_id, version, protocol, slice, metric, value, n)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (run_id, version, protocol, slice, metric) do update set value = excluded.value, n = excluded.n
