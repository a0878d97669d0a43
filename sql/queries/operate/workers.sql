-- One row: who works off the schedules, who works on a run, which request is open; nulls where nobody and none.

with locks as (
  select l.objid, a.application_name as holder
  from pg_locks l
  join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted
    and l.database = (select oid from pg_database where datname = current_database())
)
select
  (select holder from locks where objid = (hashtext('matinee scheduler')::bigint & 4294967295)::oid limit 1) as scheduler,
  (select holder from locks where objid = (hashtext('matinee run')::bigint & 4294967295)::oid limit 1) as at_work,
  (select min(request_id) from ops_db.run_requests where status in ('queued', 'running')) as open_request
