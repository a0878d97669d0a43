-- One row: how much waits to be worked on.
--
-- inbox: live ratings that no batch has taken; run_requests: requests to the scheduler that nobody has begun.

select
  (select count(*)::integer from raw_db.inbox) as inbox,
  (select count(*)::integer from ops_db.run_requests where status = 'queued') as run_requests
