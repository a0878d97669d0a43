-- ops_db: what the gate was given and decided.
select 1;
