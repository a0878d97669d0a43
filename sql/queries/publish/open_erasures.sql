-- One row: how many people were erased since the last publication.

select count(*) as n from ops_db.erasures where user_id is not null
