-- One row per run, newest first, with the newest attempt of each of its stages. A run that nobody works on any more, but
-- that the ledger calls running, was interrupted.
--
-- $1  limit   integer
-- $2  before  integer  runs older than this one; null: from the newest

with alive as (
  select exists (
    select from pg_locks
    where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())
      and objid = (hashtext('matinee run')::bigint & 4294967295)::oid
  ) as is_on
),
asked as (
  select * from ops_db.runs where run_id < coalesce($2::integer, 2147483647) order by run_id desc limit $1
)
select
  r.run_id, r.day, r.kind,
  case when r.status = 'running' and not is_on then 'interrupted' else r.status end as status,
  r.started_at, r.finished_at, r.slot,
  coalesce(
    (
      select jsonb_agg(jsonb_build_object(
        'stage', stage, 'task', task, 'attempt', attempt,
        'status', case when newest.status = 'running' and not is_on then 'interrupted' else newest.status end,
        'rows_in', rows_in, 'rows_out', rows_out, 'started_at', started_at, 'finished_at', finished_at
      ) order by stage_run_id)
      from (
        select distinct on (stage) * from ops_db.stage_runs s where s.run_id = r.run_id order by stage, attempt desc
      ) newest
    ),
    '[]'
  ) as stages
from asked r
cross join alive
order by r.run_id desc
