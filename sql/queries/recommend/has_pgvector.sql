-- One row: whether this database has pgvector's type and operators.

select exists (select from pg_extension where extname = 'vector') as has_pgvector
