-- ops_db.erasures: no snapshot has these people any more, so nobody need know who they were.

update ops_db.erasures set user_id = null where user_id is not null
