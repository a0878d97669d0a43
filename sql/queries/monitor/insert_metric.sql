-- ops_db.metric_history: one row per run, metric and slice; measured again, it is replaced.
--
-- $1  run_id     integer
-- $2  metric     text
-- $3  slice      text
-- $4  value      double precision
-- $5  threshold  double precision  null: none
-- $6  is_breach  boolean

insert into ops_db.metric_history (run_id, metric, slice, value, threshold, is_breach)
values ($1, $2, $3, $4, $5, $6)
on conflict (run_id, metric, slice) do update
set value = excluded.value, threshold = excluded.threshold, is_breach = excluded.is_breach
