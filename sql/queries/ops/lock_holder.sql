-- Who holds the session lock of that name: at most one row.
--
-- $1  name  text

select a.pid, a.application_name as holder, coalesce(r.started_at, a.backend_start) as since, r.day
from pg_locks l
join pg_stat_activity a on a.pid = l.pid
left join ops_db.runs r on r.status = 'running'
where l.locktype = 'advisory'
  and l.granted
  and l.database = (select oid from pg_database where datname = current_database())
  and l.objid = (hashtext($1)::bigint & 4294967295)::oid
order by r.started_at desc
limit 1
