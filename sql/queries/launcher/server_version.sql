-- One row: the server's version (180004 is 18.4) and the encoding of this database.

select
  current_setting('server_version_num')::integer as version,
  current_setting('server_encoding') as encoding
