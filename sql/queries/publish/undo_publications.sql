-- ops_db.publications: attempts that ended before the pointer was moved to them.
--
-- $1  publication_id  integer  what the pointer names; 0 for none

update ops_db.publications set status = 'undone' where status = 'publishing' and publication_id <> $1
