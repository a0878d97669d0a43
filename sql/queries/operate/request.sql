-- ops_db.run_requests: one row, where a scheduler listens, no run is on and no other request is open; one row comes back,
-- which says what stood in the way otherwise. run_requests_tell wakes the scheduler.
--
-- $1  requested_by  text
-- $2  action        text  run, promote or rollback
-- $3  stages        text  a JSON array; null: the whole day
-- $4  params        text  a JSON object: by stage, parameters in the place of the manifest's
-- $5  subject       text  the version to promote
-- $6  reason        text

with locks as (
  select l.objid, a.application_name as holder
  from pg_locks l
  join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted
    and l.database = (select oid from pg_database where datname = current_database())
),
found as (
  select
    (select holder from locks where objid = (hashtext('matinee scheduler')::bigint & 4294967295)::oid limit 1) as scheduler,
    (select holder from locks where objid = (hashtext('matinee run')::bigint & 4294967295)::oid limit 1) as runner,
    (select min(request_id) from ops_db.run_requests where status in ('queued', 'running')) as open_request
),
asked as (
  insert into ops_db.run_requests (requested_by, action, stages, params, subject, reason)
  select
    $1::text, $2::text,
    (select array_agg(stage order by place)
     from jsonb_array_elements_text(($3::text)::jsonb) with ordinality as stages (stage, place)),
    ($4::text)::jsonb, $5::text, $6::text
  from found
  where scheduler is not null and runner is null and open_request is null
  returning request_id, requested_at
)
select found.*, asked.request_id, asked.requested_at from found left join asked on true
