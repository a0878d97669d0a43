-- One row: the statements that put a new database in an old one's place, with their names quoted.
--
-- $1  name   text  the archive's database
-- $2  next   text  the new, empty one
-- $3  aside  text  what the old one is called from then on

select
  format('drop database if exists %I with (force)', $2::text) as drop_next,
  format('create database %I encoding ''UTF8'' template template0', $2::text) as create_next,
  format('alter database %I rename to %I', $1::text, $3::text)
    || format('; alter database %I rename to %I', $2::text, $1::text) as swap
