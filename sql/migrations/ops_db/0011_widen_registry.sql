-- ops_db: the registry's versions and where they were sent.
select 1;
