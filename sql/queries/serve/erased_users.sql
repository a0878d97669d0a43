-- One row per person who was erased while a published snapshot may have them, by id.

select distinct user_id from ops_db.erasures where user_id is not null order by user_id
