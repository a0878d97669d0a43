-- ops_db.run_requests: one of them, if it is there.
--
-- $1  request_id  bigint

select * from ops_db.run_requests where request_id = $1
