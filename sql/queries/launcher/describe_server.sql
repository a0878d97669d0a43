-- One row: the folder that the server's data lie in, and whether it has Matinee's database yet.

select
  current_setting('data_directory') as data_directory,
  exists (select from pg_database where datname = 'matinee') as has_database
